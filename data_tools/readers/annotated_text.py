"""Texts with spans of characters to sentences with tags: cut into tokens by `TokenizedText`, with the spaces they have.

Tokens and spans of many texts are aligned at once: the texts are one array of characters, and so are their tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, compress
from typing import NamedTuple

import numpy as np

from data_tools.readers.base import NAMED, CutToken, ReadCounts
from data_tools.readers.tag_schemes import check_tag, type_name
from ner.errors import InputError
from ner.text.labels import OUTSIDE
from ner.text.sentence_batch import SentenceBatch
from ner.text.text_batch import TextBatch
from ner.text.tokenizer import KEPT_MARKS, TokenizedText, shape_of

CORRECT_PLACES = "correct its places, which count characters from 0 (not bytes or UTF-16)"

_LINE_ENDS = (ord("\n"), ord("\r"))


class Span(NamedTuple):
    """An annotated entity: its first character, the one after its last, and its type."""

    start: int
    end: int
    type: str


class RecordError(InputError):
    """What is wrong with a record, without its place."""


class AnnotatedText(NamedTuple):
    """A text and its entities, which have passed `check_spans`; the file and the byte at which its record begins."""

    text: str
    spans: Sequence[Span]
    path: str
    offset: int


@dataclass(frozen=True, kw_only=True, eq=False)
class AlignedTexts:
    """The N sentences of some texts, and where each begins: int64 [N], the number of its text and a character of it.

    `faults` are the numbers of texts, and what is wrong with each.
    """

    sentences: SentenceBatch
    texts: np.ndarray
    starts: np.ndarray
    faults: list[tuple[int, str]]


def check_spans(spans: Sequence[Span], text: str) -> None:
    """Raises `RecordError` on a span that is empty or not within the text, or on a type that cannot be one."""
    for span in spans:
        if not 0 <= span.start < span.end <= len(text):
            expected = f"expected start and end within {len(text)} characters"
            raise RecordError(f"span {span.start} to {span.end}: {expected}; {CORRECT_PLACES}")
        if (wrong := check_tag(f"B-{type_name(span.type)}")) is not None:
            raise RecordError(f"span {span.start} to {span.end}: {wrong}; correct it")


def without_overlaps(spans: Sequence[Span], counts: ReadCounts) -> list[Span]:
    """The spans in order, without those that overlap an earlier one, or a longer one of the same start.

    Of two that differ in type alone, the one that was given first stays; repeated ones are not counted.
    """
    if len(spans) < 2:
        return list(spans)
    kept: list[Span] = []
    for span in sorted(dict.fromkeys(spans), key=lambda span: (span.start, -span.end)):
        if kept and span.start < kept[-1].end:
            counts.overlapping_spans += 1
        else:
            kept.append(span)
    return kept


def align_texts(texts: Sequence[AnnotatedText], counts: ReadCounts, lone_marks: str = "") -> AlignedTexts:
    """The sentences of these texts: one for each line of a text, unless a span goes over the line break.

    They are cut into tokens at `lone_marks` (`TokenizedText.from_text`).

    A span that begins or ends within a token means the whole token; such cuts are counted and the first are kept. A
    token that two spans cut belongs to the first. A span without any token is a fault.
    """
    batch = TextBatch.from_texts([TokenizedText.from_text(one.text, lone_marks) for one in texts])
    origins = np.array([0, *accumulate(len(one.text) for one in texts)], np.int64)
    spans = [without_overlaps(one.spans, counts) for one in texts]
    placed = _PlacedSpans.among(batch, spans, origins)
    placed.count_cuts(batch, texts, counts)
    kinds = [type_name(span.type) for span in placed.spans]
    types = {name: number for number, name in enumerate(dict.fromkeys(kinds))}
    names = [OUTSIDE, *(f"{prefix}-{name}" for name in types for prefix in "BI")]
    tag_ids = placed.tag_ids(len(batch.starts), [types[name] for name in kinds])
    begins = _sentence_starts(batch, tag_ids)
    counts.evidence.add_tags(tag_ids, names, begins)
    firsts = np.flatnonzero(begins)
    numbers = np.repeat(np.arange(len(texts)), batch.num_tokens)[firsts]
    return AlignedTexts(
        sentences=cut_sentences(batch, tag_ids, names, firsts),
        texts=numbers,
        starts=batch.starts[firsts] - origins[numbers],
        faults=placed.without_token(),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _PlacedSpans:
    """S spans of several texts, in order, and for each, int64 [S]: its text, its characters, and its tokens.

    `ends` and `stop` are the character and the token after the last one.
    """

    spans: list[Span]
    texts: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    first: np.ndarray
    stop: np.ndarray

    @classmethod
    def among(cls, batch: TextBatch, spans: Sequence[Sequence[Span]], origins: np.ndarray) -> "_PlacedSpans":
        """The spans of each text, whose first character in `batch` is `origins`."""
        ordered = [span for group in spans for span in group]
        texts = np.repeat(np.arange(len(spans)), np.fromiter(map(len, spans), np.int64, len(spans)))
        places = np.array([span[:2] for span in ordered], np.int64).reshape(-1, 2) + origins[texts, None]
        starts, ends = places.T
        first = np.searchsorted(batch.ends, starts, "right")
        stop = np.searchsorted(batch.starts, ends, "left")
        return cls(spans=ordered, texts=texts, starts=starts, ends=ends, first=first, stop=stop)

    def without_token(self) -> list[tuple[int, str]]:
        """The texts of spans that hold no token, and a message for each."""
        empty = np.flatnonzero(self.first >= self.stop).tolist()
        places = [(int(self.texts[index]), self.spans[index]) for index in empty]
        return [(number, f"span {span.start} to {span.end} holds no token; correct it") for number, span in places]

    def count_cuts(self, batch: TextBatch, texts: Sequence[AnnotatedText], counts: ReadCounts) -> None:
        """Counts the tokens of which a span holds a part, and keeps the first of them."""
        last, holds = self.stop - 1, self.first < self.stop
        cuts: list[tuple[int, int]] = []  # span and token
        for rows, is_other in ((self.first, holds), (last, last > self.first)):
            spans = np.flatnonzero(is_other)
            tokens = rows[spans]
            cut = (batch.starts[tokens] < self.starts[spans]) | (batch.ends[tokens] > self.ends[spans])
            cuts += zip(spans[cut].tolist(), tokens[cut].tolist(), strict=True)
        counts.cut_tokens += len(cuts)
        counts.cut_marks.update(mark for cut in cuts for mark in self._marks_at(batch, *cut))
        for index, row in sorted(cuts)[: NAMED - len(counts.cut_examples)]:
            span, text = self.spans[index], texts[int(self.texts[index])]
            shift = int(self.starts[index]) - span.start
            token = text.text[int(batch.starts[row]) - shift : int(batch.ends[row]) - shift]
            counts.cut_examples += (CutToken(text.path, text.offset, text.text[span.start : span.end], token),)

    def _marks_at(self, batch: TextBatch, span: int, token: int) -> set[str]:
        """Which of `KEPT_MARKS` stand at the boundaries of a span within a token."""
        inner = [
            place for place in (self.starts[span], self.ends[span]) if batch.starts[token] < place < batch.ends[token]
        ]
        around = {shape_of(int(code)) for place in inner for code in batch.code_points[place - 1 : place + 1]}
        return around.intersection(KEPT_MARKS)

    def tag_ids(self, num_tokens: int, kinds: Sequence[int]) -> np.ndarray:
        """The tag of each token, int64 [num_tokens]: 0 is O; 1 + 2 k and 2 + 2 k are B and I of spans of kind k."""
        # The spans do not overlap, but two may cut one token, which is the first one's.
        first = np.maximum(self.first, np.append(0, self.stop)[:-1])
        held = first < self.stop
        first, lengths = first[held], (self.stop - first)[held]
        inside = 2 + 2 * np.array(kinds, np.int64)[held]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        tag_ids = np.zeros(num_tokens, np.int64)
        tag_ids[np.repeat(first, lengths) + within] = np.repeat(inside, lengths)
        tag_ids[first] -= 1
        return tag_ids


def _sentence_starts(batch: TextBatch, tag_ids: np.ndarray) -> np.ndarray:
    """Whether a sentence begins with each token, bool [W]: with a text, and after a line break outside entities."""
    begins = np.zeros(len(batch.starts), np.bool_)
    begins[batch.token_bounds[:-1][batch.num_tokens > 0]] = True
    breaks = np.isin(batch.code_points, _LINE_ENDS)
    if breaks.any():
        before = np.append(0, np.cumsum(breaks))  # line ends before each character
        inside = (tag_ids > 0) & (tag_ids % 2 == 0)
        begins[1:] |= (before[batch.starts[1:]] > before[batch.ends[:-1]]) & ~inside[1:]
    return begins


def cut_sentences(batch: TextBatch, tag_ids: np.ndarray, names: Sequence[str], firsts: np.ndarray) -> SentenceBatch:
    """The N sentences that begin with the tokens `firsts`, int64 [N]; each token's tag is one of `names`, int64 [W].

    White space between tokens, however much, becomes one space. Numbers of documents, sources and lines are 0.
    """
    num_tokens = np.diff(np.append(firsts, len(batch.starts)))
    gaps = np.append(batch.starts[1:] > batch.ends[:-1], False)[: len(batch.starts)]
    gaps[np.append(firsts, len(gaps))[1:] - 1] = False
    lengths = batch.ends - batch.starts
    widths = lengths + gaps
    codes = np.full(widths.sum(), ord(" "), np.uint32)
    before = np.cumsum(lengths) - lengths  # characters of earlier tokens
    characters = np.arange(lengths.sum())
    places = np.repeat(np.cumsum(widths) - widths - before, lengths) + characters
    codes[places] = batch.code_points[np.repeat(batch.starts - before, lengths) + characters]
    occurs = np.bincount(tag_ids, minlength=len(names)) > 0
    return SentenceBatch(
        text=codes.tobytes().decode("utf-32-le"),
        num_tokens=num_tokens,
        lengths=lengths,
        gaps=gaps,
        tag_ids=(np.cumsum(occurs) - 1)[tag_ids],
        tag_names=tuple(compress(names, occurs)),
        **{name: np.zeros(len(firsts), np.int64) for name in ("documents", "sources", "lines")},
    )
