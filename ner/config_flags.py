"""Dataclasses of settings (`ner.settings`) as absl flags: defined from the fields, and read back."""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from absl import flags

from ner.errors import InputError
from ner.settings import settings_of

T = TypeVar("T")

_DEFINE: dict[type, Callable[..., object]] = {
    bool: flags.DEFINE_boolean,
    int: flags.DEFINE_integer,
    float: flags.DEFINE_float,
    str: flags.DEFINE_string,
    tuple: flags.DEFINE_multi_string,  # the flag may be given several times
}


def define_flags(kind: type, flag_values: flags.FlagValues = flags.FLAGS) -> None:
    """Defines a flag for each setting of a dataclass, in order of declaration. absl's module of it is its group."""
    for name, one in settings_of(kind).items():
        more: dict[str, Any] = {"flag_values": flag_values, "module_name": one.group}
        if one.choices:
            flags.DEFINE_enum(name, one.default, one.choices, one.help, **more)
        else:
            _DEFINE[one.type](name, one.default, one.help, **more)


def read_flags(kind: type[T], flag_values: flags.FlagValues = flags.FLAGS) -> T:
    """The dataclass that the flags describe. Raises `InputError` on a value that is missing or out of range."""
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):  # type: ignore[arg-type]
        if dataclasses.is_dataclass(field.type):
            values[field.name] = read_flags(field.type, flag_values)  # type: ignore[arg-type]
        else:
            value = flag_values[field.name].value
            values[field.name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)


def parse_flags(kinds: Sequence[type], arguments: Sequence[str]) -> tuple[list[Any], list[str]]:
    """One dataclass of each kind as a command line (without the program's name) gives them, and its other arguments.

    The flags of this process are left alone. Raises `InputError` on a flag or a value that is not accepted.
    """
    flag_values = flags.FlagValues()
    for kind in kinds:
        define_flags(kind, flag_values)
    try:
        rest = flag_values(["", *arguments])[1:]
    except flags.Error as error:
        raise InputError(str(error)) from None
    return [read_flags(kind, flag_values) for kind in kinds], rest
