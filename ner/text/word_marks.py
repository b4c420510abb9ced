"""Where the words of a text stand, as one small number for each character, which `SentenceBatch.word_marks` writes.

`"New York."` with the tokens `New`, `York` and `.` has the marks `1 2 2 0 1 2 2 2 1`.
"""

import numpy as np

OUTSIDE_WORDS, FIRST, INSIDE = 0, 1, 2  # padding is outside too


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
