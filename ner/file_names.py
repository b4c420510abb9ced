"""Names of files as text, and names of output files that follow from them, none taking the place of another."""

import os
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import PurePath

_COMPRESSED = (".gz", ".bz2", ".xz")


@cache
def utf8_name(path: str) -> str:
    """A path for files and messages in UTF-8: bytes of it that are not become U+FFFD."""
    return os.fsencode(path).decode(errors="replace")


def stem(path: str) -> str:
    """The name without its last suffix, and without that of a compressed file: `news/a.v1.txt.gz` -> `a.v1`."""
    name = PurePath(path).name
    shorter = PurePath(name)
    if shorter.suffix in _COMPRESSED:
        shorter = shorter.with_suffix("")
    return shorter.stem


def unused(name: str, used: Collection[str]) -> str:
    """`name` where `used`, names in lower case, lacks it; else `name-2`, `name-3`, ..."""
    number, found = 1, name
    while found.lower() in used:
        number += 1
        found = f"{name}-{number}"
    return found


def distinct(names: Iterable[str]) -> list[str]:
    """The names in their order, with a number after each that stands there already, whatever its case."""
    found: list[str] = []
    used: set[str] = set()
    for name in names:
        found.append(unused(name, used))
        used.add(found[-1].lower())
    return found
