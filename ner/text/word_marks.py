"""Where the words of a text stand, as one small number for each character: both directions of the mapping.

`"New York."` with the tokens `New`, `York` and `.` has the marks `1 2 2 0 1 2 2 2 1`.
"""

import numpy as np

OUTSIDE_WORDS, FIRST, INSIDE = 0, 1, 2  # padding is outside too


def marks_of(starts: np.ndarray, ends: np.ndarray, length: int) -> np.ndarray:
    """Marks uint8 [T] of a text of `length` characters whose words begin at `starts` and end before `ends`, int [W]."""
    marks = np.zeros(length, np.uint8)
    for start, end in zip(starts, ends, strict=True):
        marks[start:end] = INSIDE
        marks[start] = FIRST
    return marks


def words_of(marks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First character of each word and the one after its last, int64 [W] each, from marks uint8 [T].

    Raises ValueError on other numbers, and where a word has no first character.
    """
    if marks.max(initial=0) > INSIDE:
        raise ValueError(f"a character is marked {marks.max()}, beyond {INSIDE}")
    before, after = np.append(OUTSIDE_WORDS, marks[:-1]), np.append(marks[1:], OUTSIDE_WORDS)
    if ((marks == INSIDE) & (before == OUTSIDE_WORDS)).any():
        raise ValueError("a word has no first character")
    return np.flatnonzero(marks == FIRST), np.flatnonzero((marks != OUTSIDE_WORDS) & (after != INSIDE)) + 1
