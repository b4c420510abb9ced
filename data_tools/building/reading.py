"""How the files of a split are read, and which of their sentences belong to it."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

from data_tools.building.hash_split import Assignment
from data_tools.building.running_text import in_running_text
from data_tools.building.sentence_keys import sentence_key
from data_tools.readers.base import ReadCounts, Reader, SourceRange, SourceSentence
from data_tools.readers.faults import FaultyLinesError
from ner import files


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The reader of a split's files, and the rules by which sentences are left out or cut."""

    reader: Reader
    max_characters: int
    long_sentences: str = "error"
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
            yield in_running_text(source, self.detokenize), belongs is None or belongs(source)


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
