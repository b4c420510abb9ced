"""Positions in a text as other programs count them: in code points, UTF-16 code units, or bytes of UTF-8."""

from collections.abc import Sequence

import numpy as np

from ner.text.code_points import code_points_of

UNITS = ("codepoint", "utf16", "byte")
_LONGER_FROM = {"utf16": (0x10000,), "byte": (0x80, 0x800, 0x10000)}  # one unit more from here on


def positions(text: str, unit: str) -> Sequence[int]:
    """How many units stand before each character, and how many there are: [len(text) + 1].

    Code points are what Python and databases count, UTF-16 code units JavaScript, Java and C#, bytes Go, Rust and C.
    Raises ValueError on a `unit` that is not one of `UNITS`.
    """
    if unit not in UNITS:
        raise ValueError(f"unit of offsets {unit!r} is not one of {', '.join(UNITS)}")
    if unit == UNITS[0] or text.isascii():
        return range(len(text) + 1)
    codes = code_points_of(text)
    widths = np.ones(len(codes), np.int64)
    for first in _LONGER_FROM[unit]:
        widths += codes >= first
    return [0, *np.cumsum(widths).tolist()]
