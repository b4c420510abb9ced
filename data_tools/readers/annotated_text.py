"""Text with spans of characters to sentences with tags: cut into tokens by `TokenizedText`, with the spaces it has."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from data_tools.readers.base import NAMED, CutToken, ReadCounts
from data_tools.readers.tag_schemes import check_tag, to_iob2, type_name
from ner.errors import InputError
from ner.text.labels import OUTSIDE
from ner.text.sentence import Sentence
from ner.text.tokenizer import TokenizedText


class Span(NamedTuple):
    """An annotated entity: its first character, the one after its last, and its type."""

    start: int
    end: int
    type: str


class RecordError(InputError):
    """What is wrong with a record, without its place."""


class TextSentence(NamedTuple):
    """A sentence of a text, and the character at which it begins there."""

    start: int
    sentence: Sentence


class TextPlace(NamedTuple):
    """Where a text stands: a file and the byte at which its record begins, for the names of cut tokens."""

    path: str
    offset: int


def check_spans(spans: Sequence[Span], text: str) -> None:
    """Raises `RecordError` on a span that is empty or not within the text, or on a type that cannot be one."""
    for span in spans:
        if not 0 <= span.start < span.end <= len(text):
            raise RecordError(
                f"span {span.start} to {span.end}: start and end within {len(text)} characters are wanted"
            )
        if (wrong := check_tag(f"B-{type_name(span.type)}")) is not None:
            raise RecordError(f"span {span.start} to {span.end}: {wrong}; correct it")


def without_overlaps(spans: Sequence[Span], counts: ReadCounts) -> list[Span]:
    """The spans in order, without those that overlap an earlier one, or a longer one of the same start."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda span: (span.start, -span.end)):
        if kept and span.start < kept[-1].end:
            counts.overlapping_spans += 1
        else:
            kept.append(span)
    return kept


def sentences_of_text(text: str, spans: Sequence[Span], place: TextPlace, counts: ReadCounts) -> Iterator[TextSentence]:
    """The sentences of a text: one for each of its lines, unless a span goes over the line break.

    A span that begins or ends within a token means the whole token; such cuts are counted and the first are kept.
    Raises `RecordError` on a span that cannot be.
    """
    check_spans(spans, text)
    tokenized = TokenizedText.from_text(text)
    tokens, tags = tokenized.tokens, [OUTSIDE] * len(tokenized.starts)
    for span in without_overlaps(spans, counts):
        rows = range(bisect_right(tokenized.ends, span.start), bisect_left(tokenized.starts, span.end))
        if not rows:
            raise RecordError(f"span {span.start} to {span.end} holds no token; correct it")
        for row in rows:
            if tags[row] == OUTSIDE:  # else it is cut by two spans, and belongs to the first
                tags[row] = f"{'B' if row == rows[0] else 'I'}-{type_name(span.type)}"
        for row in {rows[0], rows[-1]}:
            if tokenized.starts[row] < span.start or tokenized.ends[row] > span.end:
                counts.cut_tokens += 1
                if len(counts.cut_examples) < NAMED:
                    counts.cut_examples += (CutToken(*place, text[span.start : span.end], tokens[row]),)
    tags = list(to_iob2(tags))
    first = 0
    for end in [*_line_ends(tokenized), len(tokens)] if tokens else ():
        if end < len(tokens) and tags[end].startswith("I-"):
            continue
        part = slice(first, end)
        spaces = [b > a for a, b in zip(tokenized.ends[part], tokenized.starts[first + 1 : end], strict=False)]
        counts.evidence.add_sentence(tags[part])
        yield TextSentence(tokenized.starts[first], Sentence(tokens[part], tuple(tags[part]), (*spaces, True)))
        first = end


def _line_ends(tokenized: TokenizedText) -> list[int]:
    """The tokens, by number, before which a line ends."""
    text, starts, ends = tokenized.text, tokenized.starts, tokenized.ends
    if "\n" not in text and "\r" not in text:
        return []
    gaps = [(row, text[ends[row - 1] : starts[row]]) for row in range(1, len(starts)) if ends[row - 1] < starts[row]]
    return [row for row, gap in gaps if "\n" in gap or "\r" in gap]
