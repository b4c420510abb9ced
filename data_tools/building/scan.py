"""First pass of a build: reads the corpus, counts what adds up, and spools the sentences for the second pass."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from data_tools.building.origins import Origin
from data_tools.building.spool import pack
from data_tools.readers import conll
from ner import files
from ner.text.labels import split_label
from ner.text.sentence_batch import SentenceBatch

RANGE_BYTES = 1 << 22  # of a file that one task scans
BATCH_CHARACTERS = 1 << 16  # about so much is encoded in vain to find the first sentence of a shard


class Place(NamedTuple):
    """A line of a file: so many lines below the one with that byte of the (decompressed) content."""

    path: str
    offset: int
    lines_below: int = 0

    def __str__(self) -> str:
        """`train.txt:17`."""
        return f"{self.path}:{conll.line_number(self.path, self.offset) + self.lines_below}"


class Mark(NamedTuple):
    """A batch of sentences in a spool: the file, the byte at which it begins, and how many sentences it holds.

    `origin` says what its lines and documents count from.
    """

    spool: str
    offset: int
    sentences: int
    origin: Origin = Origin()


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the files of a split are read."""

    dialect: conll.Dialect
    docstart: str
    max_characters: int

    def sentences(
        self, path: str, start: int = 0, end: int | None = None, counts: conll.ReadCounts | None = None
    ) -> Iterator[conll.SourceSentence]:
        """The sentences of a part of a file, over-long ones too. Raises `InputError` as `conll.read_sentences` does."""
        return conll.read_sentences(path, self.dialect, docstart=self.docstart, start=start, end=end, counts=counts)


@dataclass(frozen=True, slots=True)
class Range:
    """A part of a file, from byte `start` to byte `end` (None is the end), and the file that its sentences go to."""

    path: str
    start: int
    end: int | None
    size_bytes: int
    reading: Reading
    spool: str
    source: int = 0  # number of the file in its split


@dataclass(kw_only=True)
class SplitScan:
    """What some part of a split holds. Sentences longer than `max_characters` are in `too_long` and nowhere else."""

    sentences: int = 0
    tokens: int = 0
    longest: int = 0
    tags: Counter[str] = field(default_factory=Counter)
    first_places: dict[str, Place] = field(default_factory=dict)  # of each tag
    characters: Counter[str] = field(default_factory=Counter)
    too_long: int = 0
    first_too_long: tuple[Place, int] | None = None  # and its length in characters
    counts: conll.ReadCounts = field(default_factory=conll.ReadCounts)
    starts_inside: bool = False  # whether a sentence stands before the first line that begins a document
    marks: list[Mark] = field(default_factory=list)

    @property
    def entities(self) -> dict[str, int]:
        """Entities by type, in alphabetical order."""
        found = {split_label(tag)[1]: number for tag, number in self.tags.items() if tag.startswith("B-")}
        return dict(sorted(found.items()))

    @property
    def num_characters(self) -> int:
        """Length of all sentences together."""
        return self.characters.total()

    def add(self, other: "SplitScan") -> None:
        """Adds what was found in the part that follows."""
        self.sentences += other.sentences
        self.tokens += other.tokens
        self.longest = max(self.longest, other.longest)
        self.tags.update(other.tags)
        self.first_places = other.first_places | self.first_places
        self.characters.update(other.characters)
        self.too_long += other.too_long
        self.first_too_long = self.first_too_long or other.first_too_long
        self.starts_inside |= other.starts_inside and not self.counts.documents
        self.counts += other.counts
        self.marks.extend(other.marks)

    def set_origin(self, origin: Origin) -> None:
        """Lets lines and documents of all sentences count from `origin`."""
        self.marks = [mark._replace(origin=origin) for mark in self.marks]


def ranges_of(path: str, reading: Reading, spool: str, source: int = 0) -> list[Range]:
    """The parts of file number `source` that can be scanned on their own, in order; a compressed file is one part.

    Their spools are called `spool` and a number.
    """
    size_bytes = files.size_bytes(path)
    if conll.is_compressed(path):
        return [Range(path, 0, None, size_bytes, reading, spool, source)]
    starts = range(0, max(size_bytes, 1), RANGE_BYTES)
    ends = [*starts[1:], None]
    sizes = [(end or size_bytes) - start for start, end in zip(starts, ends, strict=True)]
    parts = zip(starts, ends, sizes, strict=True)
    return [Range(path, *part, reading, f"{spool}-{number:05d}", source) for number, part in enumerate(parts)]


def scan_range(part: Range) -> SplitScan:
    """What one part of a file holds; its sentences are written to `part.spool`.

    Raises `InputError` as `conll.read_sentences` does, OSError where the spool cannot be written.
    """
    found = SplitScan()
    pending: list[conll.SourceSentence] = []
    characters, offset = 0, 0  # of those pending; of the next batch in the spool
    with files.new_file(part.spool) as spool:
        for source in part.reading.sentences(part.path, part.start, part.end, found.counts):
            found.starts_inside |= not source.document
            length = len(source.sentence.text)
            if length > part.reading.max_characters:
                found.too_long += 1
                found.first_too_long = found.first_too_long or (Place(part.path, source.offset), length)
                continue
            if not found.first_places.keys() >= set(source.sentence.tags):
                _add_first_places(found.first_places, part.path, source)
            pending.append(source)
            characters += length
            if characters >= BATCH_CHARACTERS:
                packed = _count(found, pending, part.spool, offset)
                spool.write(packed)
                offset += len(packed)
                pending, characters = [], 0
        if pending:
            spool.write(_count(found, pending, part.spool, offset))
    return found


def _count(scan: SplitScan, sources: list[conll.SourceSentence], path: str, offset: int) -> bytes:
    """Adds a batch to the scan, and gives what is to be written at `offset` of the spool at `path`."""
    batch = SentenceBatch.from_sentences(
        [source.sentence for source in sources],
        documents=[source.document for source in sources],
        lines=[source.line for source in sources],
    )
    scan.marks.append(Mark(path, offset, len(batch)))
    scan.sentences += len(batch)
    scan.tokens += len(batch.lengths)
    scan.longest = max(scan.longest, int(np.diff(batch.char_bounds).max()))
    numbers = np.bincount(batch.code_points)
    scan.characters.update({chr(code): int(numbers[code]) for code in np.flatnonzero(numbers)})
    scan.tags.update(dict(zip(batch.tag_names, np.bincount(batch.tag_ids).tolist(), strict=True)))
    return pack(batch)


def _add_first_places(places: dict[str, Place], path: str, source: conll.SourceSentence) -> None:
    for tag, lines_below in zip(source.sentence.tags, source.line_offsets, strict=True):
        places.setdefault(tag, Place(path, source.offset, lines_below))
