"""Many sentences with the places where they were read, as arrays: what a build counts, chooses and encodes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Protocol, runtime_checkable

import numpy as np

from data_tools.readers.base import ReadCounts, Reader, SourceRange, SourceSentence
from data_tools.readers.faults import Faults, FaultyLinesError
from ner.text.sentence_batch import SentenceBatch

BATCH_CHARACTERS = 1 << 16  # about so much is encoded in vain to find the first sentence of a shard


@dataclass(frozen=True, kw_only=True, eq=False)
class SourceBatch:
    """N sentences of W tokens, read from one or several ranges.

    The `sources` of the sentences are the numbers of the ranges, and their lines and documents count as those of a
    `SourceSentence` do. `offsets` int64 [N] and `line_offsets` int64 [W] are those of the sentences and tokens.
    """

    sentences: SentenceBatch
    offsets: np.ndarray
    line_offsets: np.ndarray

    @classmethod
    def from_sources(cls, sources: Sequence[SourceSentence], ranges: Sequence[int]) -> "SourceBatch":
        """The batch of these sentences, each of the range with that number."""
        sentences = SentenceBatch.from_sentences(
            [one.sentence for one in sources],
            documents=[one.document for one in sources],
            sources=ranges,
            lines=[one.line for one in sources],
        )
        line_offsets = np.fromiter(chain.from_iterable(one.line_offsets for one in sources), np.int64)
        offsets = np.array([one.offset for one in sources], np.int64)
        return cls(sentences=sentences, offsets=offsets, line_offsets=line_offsets)

    def to_sources(self) -> Iterator[SourceSentence]:
        """The sentences one by one: the inverse of `from_sources`, but for the numbers of ranges."""
        batch, tokens = self.sentences, pairwise(self.sentences.token_bounds.tolist())
        places = zip(self.offsets.tolist(), batch.lines.tolist(), batch.documents.tolist(), tokens, strict=True)
        for index, (offset, line, document, (first, end)) in enumerate(places):
            line_offsets = tuple(self.line_offsets[first:end].tolist())
            yield SourceSentence(offset, line, document, line_offsets, batch.sentence(index))

    def select(self, kept: np.ndarray) -> "SourceBatch":
        """The sentences for which `kept`, bool [N], is True."""
        if kept.all():
            return self
        tokens = np.repeat(kept, self.sentences.num_tokens)
        return SourceBatch(
            sentences=self.sentences.select(kept), offsets=self.offsets[kept], line_offsets=self.line_offsets[tokens]
        )

    def __len__(self) -> int:
        """How many sentences there are (N)."""
        return len(self.sentences)


@runtime_checkable
class BatchReader(Protocol):
    """A `Reader` that makes arrays at once, because it tokenizes and aligns many texts together."""

    def read_batches(self, parts: Sequence[SourceRange], counts: Sequence[ReadCounts]) -> Iterator[SourceBatch]:
        """The sentences of these parts in order, each batch of about `BATCH_CHARACTERS`.

        Lines and documents are added to the counts of their part, all else to any of them. Raises as `Reader.read`.
        """


def read_batches(reader: Reader, parts: Sequence[SourceRange], counts: Sequence[ReadCounts]) -> Iterator[SourceBatch]:
    """The sentences of these parts by any reader, as `BatchReader.read_batches` gives them."""
    if isinstance(reader, BatchReader):
        yield from reader.read_batches(parts, counts)
        return
    faults = Faults()
    pending: list[SourceSentence] = []
    ranges: list[int] = []
    tokens_and_gaps = 0  # characters of those pending
    for number, (part, own) in enumerate(zip(parts, counts, strict=True)):
        try:
            for source in reader.read(part, own):
                pending.append(source)
                ranges.append(number)
                tokens_and_gaps += sum(map(len, source.sentence.tokens)) + len(source.line_offsets)
                if tokens_and_gaps >= BATCH_CHARACTERS:
                    yield SourceBatch.from_sources(pending, ranges)
                    pending, ranges, tokens_and_gaps = [], [], 0
        except FaultyLinesError as error:
            faults += error.faults
    if pending:
        yield SourceBatch.from_sources(pending, ranges)
    if faults:
        raise FaultyLinesError(faults)


def read_one_by_one(reader: BatchReader, part: SourceRange, counts: ReadCounts) -> Iterator[SourceSentence]:
    """The sentences of a part by a reader that makes arrays: its `Reader.read`."""
    for batch in reader.read_batches([part], [counts]):
        yield from batch.to_sources()
