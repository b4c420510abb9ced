"""How the files of a split are read, and which of their sentences belong to it."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, replace

from data_tools.building.hash_split import Assignment
from data_tools.building.running_text import in_running_text
from data_tools.building.sentence_keys import sentence_key
from data_tools.readers.base import ReadCounts, Reader, SourceRange, SourceSentence
from data_tools.readers.faults import FaultyLinesError
from data_tools.readers.read_options import AS_OUTSIDE, IGNORE
from ner import files
from ner.text.labels import NOT_ANNOTATED, OUTSIDE


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The reader of a split's files, and the rules by which sentences are left out or cut."""

    reader: Reader
    max_characters: int
    long_sentences: str = "error"
    not_annotated: str = IGNORE  # of `NOT_ANNOTATED_RULES`
    detokenize: float = 0.0  # share of the sentences that get the spaces of running text
    assignment: Assignment | None = None  # where splits share files
    exclusion: "Exclusion | None" = None  # of sentences that other splits have

    def ranges(self, path: str) -> list[SourceRange]:
        """The parts of a file that can be scanned on their own."""
        if self.assignment is not None and self.assignment.by_document:  # a part would not know where one began
            return [SourceRange(path, 0, None, files.size_bytes(path))]
        return self.reader.ranges(path)

    def sentences(self, part: SourceRange, counts: ReadCounts) -> Iterator[tuple[SourceSentence, bool]]:
        """All sentences of a part, and whether each falls to this split. Raises as `Reader.read`."""
        belongs = self.assignment.chooser() if self.assignment is not None else None
        for source in self.reader.read(part, counts):
            is_own = belongs is None or belongs(source)
            missing = source.sentence.tags.count(NOT_ANNOTATED)
            if not missing or self.not_annotated == IGNORE:
                yield in_running_text(source, self.detokenize), is_own
            elif self.not_annotated == AS_OUTSIDE:
                counts.not_annotated += is_own * missing
                yield in_running_text(_annotated(source), self.detokenize), is_own
            else:
                counts.partly_annotated += is_own


def _annotated(source: SourceSentence) -> SourceSentence:
    """The sentence with O for tokens that nobody annotated."""
    tags = tuple(OUTSIDE if tag == NOT_ANNOTATED else tag for tag in source.sentence.tags)
    return replace(source, sentence=replace(source.sentence, tags=tags))


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
                for source, belongs in reading.sentences(part, ReadCounts()):
                    if belongs:
                        keys.add(sentence_key(source.sentence.tokens))
            except FaultyLinesError:
                continue  # told where the file's own split is scanned
    return frozenset(keys)
