"""Long texts in windows that a model reads one by one, so that memory does not grow with the text.

Windows overlap: the words that count in one have context on both sides, and each word counts in one window. What a
window says about its words is joined before the text is decoded, so an entity may cross the edge of a window.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from ner.text.tokenizer import TokenizedText

WINDOW_CHARACTERS = 2_000
CONTEXT_CHARACTERS = 300  # on each side of the words that count


@dataclass(frozen=True, slots=True)
class TextWindow:
    """A part of a text with its words: word i is `text[starts[i]:ends[i]]`, and the words in `counted` count."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    counted: slice


def windows_of(
    text: TokenizedText, size: int = WINDOW_CHARACTERS, context: int = CONTEXT_CHARACTERS
) -> Iterator[TextWindow]:
    """The windows of a text in order, of at most `size` characters, which must be more than twice `context`.

    Every word counts once. It has at least `context` characters of the text on each side in its window, unless the text
    ends there or the words around are too long for that. Of a word longer than `size` only the beginning is read.
    """
    starts, ends = text.starts, text.ends
    if starts and ends[-1] - starts[0] <= size:
        yield TextWindow(text.text, starts, ends, slice(None))
        return
    counted = 0  # the first word that has not counted yet
    while counted < len(starts):
        first = max(bisect_right(starts, starts[counted] - context) - 1, 0)
        while first < counted and ends[counted] - starts[first] > size:
            first += 1
        last = max(bisect_right(ends, starts[first] + size), counted + 1)
        end = len(starts)
        if last < end:
            end = max(bisect_right(ends, ends[last - 1] - context), counted + 1)
        yield _window(text, slice(first, last), slice(counted - first, end - first), size)
        counted = end


def _window(text: TokenizedText, words: slice, counted: slice, size: int) -> TextWindow:
    origin = text.starts[words.start]
    starts = tuple(start - origin for start in text.starts[words])
    ends = tuple(min(end - origin, size) for end in text.ends[words])
    return TextWindow(text.text[origin : origin + ends[-1]], starts, ends, counted)
