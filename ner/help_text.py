"""What `--help` prints: what the program does, how to call it, and its settings by group."""

import shutil
import textwrap
from collections.abc import Iterable

from ner.settings import Setting

_VALUES = {int: "N", float: "X", str: "TEXT", tuple: "TEXT"}
_LONGEST = 24  # columns of a flag whose help stands on the same line


def help_text(program: str, description: str, settings: Iterable[Setting], arguments: str = "") -> str:
    """The help of a program, as wide as the terminal but at most 110 columns.

    `description` is the docstring of its module; `arguments` says what may stand on its command line beside flags.
    Groups come in the order of their first setting, and settings in the order of their declaration.
    """
    width = min(110, shutil.get_terminal_size((100, 24)).columns)
    groups: dict[str, list[Setting]] = {}
    for one in settings:
        groups.setdefault(one.group, []).append(one)
    usage = f"usage: python -m {program} [flags]" + (f" [{arguments}]" if arguments else "")
    blocks = [description.strip(), usage]
    for group, members in groups.items():
        blocks.append("\n".join([f"{group}:", *(_described(one, width) for one in members)]))
    return "\n\n".join(blocks)


def _described(one: Setting, width: int) -> str:
    flag = f"  {_flag(one)}  "
    if len(flag) <= _LONGEST + 4:
        first, prefix = flag.ljust(_LONGEST + 4), ""
    else:
        first, prefix = " " * (_LONGEST + 4), flag.rstrip() + "\n"
    text = textwrap.fill(
        one.help + _default(one), width, initial_indent=first, subsequent_indent=" " * (_LONGEST + 4),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
    return prefix + text


def _flag(one: Setting) -> str:
    """`--epochs=N`, `--[no]overwrite`, `--schedule=constant|linear|cosine`."""
    if one.type is bool:
        return f"--[no]{one.name}" if one.name != "help" else "--help"
    return f"--{one.name}={'|'.join(one.choices) or _VALUES[one.type]}"


def _default(one: Setting) -> str:
    if one.missing:
        return " Required."
    if one.default in (None, "", ()) or one.type is bool:
        return " Default: true." if one.default is True else ""
    return f" Default: {one.default:g}." if one.type is float else f" Default: {one.default}."
