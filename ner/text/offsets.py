"""Positions in a text as other programs count them: in code points, UTF-16 code units, or bytes of UTF-8."""

import numpy as np

UNITS = ("codepoint", "utf16", "byte")
_LONGER_FROM = {"codepoint": (), "utf16": (0x10000,), "byte": (0x80, 0x800, 0x10000)}  # one unit more from here on


def positions(text: str, unit: str) -> np.ndarray:
    """How many units stand before each character, and how many there are: int64 [len(text) + 1].

    Code points are what Python and databases count, UTF-16 code units JavaScript, Java and C#, bytes Go, Rust and C.
    Raises ValueError on a `unit` that is not one of `UNITS`.
    """
    if unit not in UNITS:
        raise ValueError(f"unit of offsets {unit!r} is not one of {', '.join(UNITS)}")
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    widths = np.ones(len(codes), np.int64)
    for first in _LONGER_FROM[unit]:
        widths += codes >= first
    return np.concatenate(([0], np.cumsum(widths)))
