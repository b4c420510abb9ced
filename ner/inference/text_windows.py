"""Long texts in windows that a model reads one by one, so that memory does not grow with the text.

Windows overlap: the words that count in one have context on both sides, and each word counts in one window. What a
window says about its words is joined before the text is decoded, so an entity may cross the edge of a window.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from ner.text.text_batch import TextBatch

WINDOW_CHARACTERS = 2_000
CONTEXT_CHARACTERS = 300  # on each side of the words that count


@dataclass(frozen=True, eq=False)
class Windows:
    """K parts of texts, int64 [K] each: the characters and words that are read, and the words that count.

    Everything is a number in the characters or words of all texts, one after another; ends are exclusive.
    """

    first_char: np.ndarray
    end_char: np.ndarray
    first_word: np.ndarray
    end_word: np.ndarray
    first_counted: np.ndarray
    end_counted: np.ndarray

    def select(self, rows: Sequence[int] | np.ndarray) -> "Windows":
        """The windows of these numbers."""
        return Windows(*(getattr(self, field.name)[rows] for field in fields(self)))


def windows_of(texts: TextBatch, size: int = WINDOW_CHARACTERS, context: int = CONTEXT_CHARACTERS) -> Windows:
    """The windows of all texts, of at most `size` characters, which must be more than twice `context`.

    Every word counts once. It has at least `context` characters of its text on each side in its window, unless the text
    ends there or the words around are too long for that. Of a word longer than `size` only the beginning is read. Texts
    that fit, each one window, come first.
    """
    has_words = texts.num_tokens > 0
    first, end = texts.token_bounds[:-1][has_words], texts.token_bounds[1:][has_words]
    begins, stops = texts.starts[first], texts.ends[end - 1]
    fits = stops - begins <= size
    short = [values[fits] for values in (begins, stops, first, end, first, end)]
    if fits.all():
        return Windows(*short)
    rows = []
    for one, other in zip(first[~fits].tolist(), end[~fits].tolist(), strict=True):
        starts, ends = texts.starts[one:other].tolist(), texts.ends[one:other].tolist()
        for words in _cut(starts, ends, size, context):
            end_char = min(ends[words[1] - 1], starts[words[0]] + size)
            rows.append((starts[words[0]], end_char, *(one + word for word in words)))
    return Windows(*(np.concatenate(pair) for pair in zip(short, np.array(rows).T, strict=True)))


def _cut(starts: list[int], ends: list[int], size: int, context: int) -> Iterator[tuple[int, int, int, int]]:
    """First word and end of each window of one text, and of those that count."""
    counted = 0  # the first word that has not counted yet
    while counted < len(starts):
        first = max(bisect_right(starts, starts[counted] - context) - 1, 0)
        while first < counted and ends[counted] - starts[first] > size:
            first += 1
        last = max(bisect_right(ends, starts[first] + size), counted + 1)
        end = len(starts)
        if last < end:
            end = max(bisect_right(ends, ends[last - 1] - context), counted + 1)
        yield first, last, counted, end
        counted = end
