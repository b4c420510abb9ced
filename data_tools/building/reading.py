"""How the files of a split are read, and which of their sentences belong to it."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from data_tools.building.hash_split import Assignment
from data_tools.building.running_text import in_running_text
from data_tools.building.sentence_keys import sentence_keys
from data_tools.readers.base import ReadCounts, Reader, SourceRange, whole_file
from data_tools.readers.faults import FaultyLinesError
from data_tools.readers.read_options import AS_OUTSIDE, IGNORE
from data_tools.readers.source_batch import SourceBatch, read_batches
from ner.text.labels import NOT_ANNOTATED, OUTSIDE
from ner.text.sentence_batch import SentenceBatch


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The reader of a split's files, and the rules by which sentences are left out or cut."""

    reader: Reader
    max_characters: int
    long_sentences: str = "error"
    not_annotated: str = IGNORE  # of `NOT_ANNOTATED_RULES`
    keep_unannotated: bool = False  # sentences of which no token is annotated
    detokenize: float = 0.0  # share of the sentences that get the spaces of running text
    space_tokens: bool = False  # all sentences get one space between all tokens; without `detokenize`
    raw_tokens: float = 0.0  # share of the sentences that get the tokens that raw text is cut into
    lone_marks: str = ""  # at which it is cut
    assignment: Assignment | None = None  # where splits share files
    exclusion: "Exclusion | None" = None  # of sentences that other splits have

    @property
    def by_document(self) -> bool:
        """Whether splits share the files, and each document goes to one of them as a whole."""
        return self.assignment is not None and self.assignment.by_document

    def ranges(self, path: str) -> list[SourceRange]:
        """The parts of a file that can be scanned on their own."""
        if self.by_document:  # a part would not know where one began
            return whole_file(path)
        return self.reader.ranges(path)

    def batches(
        self, parts: Sequence[SourceRange], counts: Sequence[ReadCounts]
    ) -> Iterator[tuple[SourceBatch, np.ndarray]]:
        """All sentences of some parts, and whether each falls to this split, bool [N]. Raises as `Reader.read`."""
        belongs = self.assignment.chooser() if self.assignment is not None else None
        for batch in read_batches(self.reader, parts, counts):
            is_own = np.ones(len(batch), np.bool_) if belongs is None else belongs(batch)
            annotated, is_own = self._annotated(batch, is_own, counts[0])
            yield self._spaced(annotated), is_own

    def has_annotation(self, sentences: SentenceBatch) -> np.ndarray:
        """Whether each sentence has an annotated token, or is kept without one: bool [N]."""
        if self.keep_unannotated or NOT_ANNOTATED not in sentences.tag_names:
            return np.ones(len(sentences), np.bool_)
        return sentences.count_tag(NOT_ANNOTATED) < sentences.num_tokens

    def _annotated(self, batch: SourceBatch, is_own: np.ndarray, counts: ReadCounts) -> tuple[SourceBatch, np.ndarray]:
        """The batch with O for unannotated tokens, or without their sentences, where that was asked for."""
        if self.not_annotated == IGNORE or NOT_ANNOTATED not in batch.sentences.tag_names:
            return batch, is_own
        missing = batch.sentences.count_tag(NOT_ANNOTATED)
        if self.not_annotated == AS_OUTSIDE:
            counts.not_annotated += int(missing[is_own].sum())
            names = tuple(OUTSIDE if name == NOT_ANNOTATED else name for name in batch.sentences.tag_names)
            return replace(batch, sentences=replace(batch.sentences, tag_names=names)), is_own
        counts.partly_annotated += int(np.count_nonzero(missing[is_own]))
        return batch.select(missing == 0), is_own[missing == 0]

    def _spaced(self, batch: SourceBatch) -> SourceBatch:
        """The batch with a space between all tokens, or with the spaces of running text in a share of its sentences."""
        if self.space_tokens:
            return replace(batch, sentences=batch.sentences.with_space_between_tokens())
        if not self.detokenize or not len(batch):
            return batch
        sources = [in_running_text(source, self.detokenize) for source in batch.to_sources()]
        return SourceBatch.from_sources(sources, batch.sentences.sources.tolist())


@dataclass(frozen=True)
class Exclusion:
    """The sentences of these files, each with its reading, which another split is to be without."""

    files: tuple[tuple[Reading, str], ...]

    @property
    def keys(self) -> frozenset[int]:
        """The keys of all their sentences; each process reads the files once."""
        return _keys_of(self.files)


@functools.lru_cache(maxsize=1)
def _keys_of(sources: tuple[tuple[Reading, str], ...]) -> frozenset[int]:
    keys: set[int] = set()
    for reading, path in sources:
        for part in reading.ranges(path):
            try:
                for batch, is_own in reading.batches([part], [ReadCounts()]):
                    kept = is_own & reading.has_annotation(batch.sentences)
                    keys.update(sentence_keys(batch.sentences)[kept].tolist())
            except FaultyLinesError:
                continue  # reported where the file's own split is scanned
    return frozenset(keys)
