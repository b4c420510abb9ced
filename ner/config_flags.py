"""Dataclasses of settings (`ner.settings`) as absl flags: defined from the fields, parsed, and read back."""

import dataclasses
import difflib
from collections.abc import Sequence
from typing import Any, TypeVar

from absl import flags

from ner.errors import InputError
from ner.settings import Setting, expand_path, setting, settings_of

T = TypeVar("T")

_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # at the start of files that are saved by editors of Windows


@dataclasses.dataclass(frozen=True, kw_only=True)
class CommonFlags:
    """What every program takes."""

    help: bool = setting(False, "Show this help.", group="every program")
    flagfile: tuple[str, ...] = setting(
        (), "Read flags from this file, one on each line; flags that come later win.", group="every program"
    )


def define_flags(kind: type, flag_values: flags.FlagValues = flags.FLAGS) -> None:
    """Defines a flag for each setting of a dataclass. Its value is checked when it is parsed."""
    for name, one in settings_of(kind).items():
        if name == "flagfile":
            continue  # absl has it
        if one.type is bool:
            flags.DEFINE_boolean(name, one.default, one.help, flag_values=flag_values)
        elif one.type is tuple:
            flags.DEFINE_multi_string(name, one.default, one.help, flag_values=flag_values)
        else:
            flags.DEFINE(_Parser(one), name, one.default, one.help, flag_values=flag_values)


class _Parser(flags.ArgumentParser):
    """Reads the text of a setting; absl gives it the default too, as a value."""

    def __init__(self, one: Setting) -> None:
        self._setting = one

    def parse(self, argument: Any) -> Any:
        return argument if argument == self._setting.default else self._setting.read(argument)

    def flag_type(self) -> str:
        return self._setting.type.__name__


def read_flags(kind: type[T], flag_values: flags.FlagValues = flags.FLAGS) -> T:
    """The dataclass that the flags describe. Raises `InputError` on a value that is missing or out of range."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if dataclasses.is_dataclass(field.type):
            values[field.name] = read_flags(field.type, flag_values)  # type: ignore[arg-type]
        elif field.name in flag_values:
            value = flag_values[field.name].value
            if field.metadata["path"] and isinstance(value, str):
                value = expand_path(value)
            values[field.name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)


def parse_flags(kinds: Sequence[type], arguments: Sequence[str]) -> tuple[list[Any], list[str]]:
    """One dataclass of each kind, and the other arguments of a command line without the program's name.

    Raises `InputError` as `parse_command_line` and `read_flags`.
    """
    flag_values, rest = parse_command_line(kinds, arguments)
    return [read_flags(kind, flag_values) for kind in kinds], rest


def parse_command_line(
    kinds: Sequence[type], arguments: Sequence[str], hint: str = ""
) -> tuple[flags.FlagValues, list[str]]:
    """The flags of a command line without the program's name, for `read_flags`, and its other arguments.

    The flags of this process are left alone. Raises `InputError` on a flag that is unknown or has a value that is not
    accepted; `hint` ends the line on one that is unknown.
    """
    # As `--flagfile=$PRESET` with an unset variable, which absl passes over.
    if "--flagfile=" in arguments or [*arguments][-1:] == ["--flagfile"]:
        raise InputError("--flagfile= names no file: name one, or leave it out")
    flag_values = flags.FlagValues()
    flag_values.set_gnu_getopt(True)  # flags may follow other arguments
    for kind in kinds:
        define_flags(kind, flag_values)
    try:
        lines = flag_values.read_flags_from_files(list(arguments), force_gnu=False)
        return flag_values, flag_values(["", *_without_marks(lines)])[1:]
    except flags.UnrecognizedFlagError as error:
        near = difflib.get_close_matches(error.flagname, list(flag_values), n=3)
        nearest = f"; the nearest are {', '.join(f'--{name}' for name in near)}" if near else ""
        raise InputError(f"unknown flag --{error.flagname}{nearest}{hint} (see --help)") from None
    except (flags.Error, ValueError) as error:
        raise InputError(_in_one_line(error)) from None


def _without_marks(lines: Sequence[str]) -> list[str]:
    """Flags, without the byte order mark of a flag file's first line; where that line is a comment, without it."""
    bare = [line.removeprefix(_MARK) for line in lines]
    return [
        one for one, line in zip(bare, lines, strict=True) if one == line or (one and not one.startswith(("#", "//")))
    ]


def _in_one_line(error: Exception) -> str:
    """What a flag's parser or the reader of a flag file raised, which absl wraps."""
    cause = error.__context__
    if isinstance(cause, InputError):
        return str(cause)
    if isinstance(error, flags.IllegalFlagValueError):  # of a boolean, the only flags that absl itself parses
        return f"{str(error).split(':')[0].removeprefix('flag ')}: expected true or false"
    if isinstance(error, UnicodeDecodeError):
        return f"--flagfile: a line is not UTF-8 text ({error.reason}); save the file as UTF-8"
    if isinstance(cause, OSError):
        return f"--flagfile={cause.filename}: {cause.strerror}"
    return str(error)
