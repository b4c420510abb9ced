"""First pass of a build: reads the corpus, counts what adds up, and spools the sentences for the second pass."""

import functools
import operator
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from data_tools.building.origins import Origin
from data_tools.building.spool import pack
from data_tools.readers.base import ReadCounts, Reader, SourceRange, SourceSentence
from data_tools.readers.faults import Faults, FaultyLinesError
from data_tools.readers.sources import line_number
from ner import files
from ner.text.labels import split_label
from ner.text.sentence import Sentence
from ner.text.sentence_batch import SentenceBatch
from ner.text.spacing import spacing_of

BATCH_CHARACTERS = 1 << 16  # about so much is encoded in vain to find the first sentence of a shard


class Place(NamedTuple):
    """A line of a file: `lines_below` lines after the one with that byte of the (decompressed) content."""

    path: str
    offset: int
    lines_below: int = 0

    def __str__(self) -> str:
        """`train.txt:17`."""
        return f"{self.path}:{line_number(self.path, self.offset) + self.lines_below}"


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

    reader: Reader
    max_characters: int


@dataclass(frozen=True, slots=True)
class ScanTask:
    """A part of a file to be read, the file that its sentences go to, and the number of its file in the split."""

    part: SourceRange
    reading: Reading
    spool: str
    source: int = 0


@dataclass(kw_only=True)
class SplitScan:
    """What some part of a split holds. Sentences longer than `max_characters` are in `too_long` and nowhere else."""

    sentences: int = 0
    tokens: int = 0
    spaces: int = 0  # between tokens
    longest: int = 0
    tags: Counter[str] = field(default_factory=Counter)
    first_places: dict[str, Place] = field(default_factory=dict)  # of each tag
    characters: Counter[str] = field(default_factory=Counter)
    too_long: int = 0
    first_too_long: tuple[Place, int] | None = None  # and its length in characters
    counts: ReadCounts = field(default_factory=ReadCounts)
    faults: Faults = field(default_factory=Faults)
    first: Sentence | None = None
    sample: tuple[int, Sentence] | None = None  # the one whose text has the smallest CRC-32: a random choice
    starts_inside: bool = False  # whether a sentence stands before the first line that begins a document
    marks: list[Mark] = field(default_factory=list)

    @property
    def entities(self) -> dict[str, int]:
        """Entities by type, in alphabetical order."""
        found = {split_label(tag)[1]: number for tag, number in self.tags.items() if tag.startswith("B-")}
        return dict(sorted(found.items()))

    @property
    def spacing(self) -> str:
        """Where there are spaces, one of `ner.text.spacing.SPACINGS`."""
        return spacing_of(self.tokens - self.sentences, self.spaces)

    @property
    def num_characters(self) -> int:
        """Length of all sentences together."""
        return self.characters.total()

    def add(self, other: "SplitScan") -> None:
        """Adds what was found in the part that follows."""
        self.sentences += other.sentences
        self.tokens += other.tokens
        self.spaces += other.spaces
        self.longest = max(self.longest, other.longest)
        self.tags.update(other.tags)
        self.first_places = other.first_places | self.first_places
        self.characters.update(other.characters)
        self.too_long += other.too_long
        self.first_too_long = self.first_too_long or other.first_too_long
        self.first = self.first or other.first
        self.sample = min(filter(None, (self.sample, other.sample)), key=operator.itemgetter(0), default=None)
        self.starts_inside |= other.starts_inside and not self.counts.documents
        self.counts += other.counts
        self.faults += other.faults
        self.marks.extend(other.marks)

    @contextmanager
    def collecting_faults(self) -> Iterator[None]:
        """Context manager that adds the faults of a `FaultyLinesError` to these, in place of raising it."""
        try:
            yield
        except FaultyLinesError as error:
            self.faults += error.faults

    def set_origin(self, origin: Origin) -> None:
        """Lets lines and documents of all sentences count from `origin`."""
        self.marks = [mark._replace(origin=origin) for mark in self.marks]


def check_faults(scans: Iterable[object]) -> None:
    """Raises `FaultyLinesError` with the faults of all `SplitScan`s among these, if they have any."""
    faults = functools.reduce(operator.add, (scan.faults for scan in scans if isinstance(scan, SplitScan)), Faults())
    if faults:
        raise FaultyLinesError(faults)


def scan_tasks(path: str, reading: Reading, spool: str, source: int = 0) -> list[ScanTask]:
    """The parts of file number `source` that can be scanned on their own, in order.

    Their spools are called `spool` and a number.
    """
    parts = reading.reader.ranges(path)
    return [ScanTask(part, reading, f"{spool}-{number:05d}", source) for number, part in enumerate(parts)]


def scan_range(task: ScanTask) -> SplitScan:
    """What one part of a file holds; its sentences are written to `task.spool`.

    Lines with a fault are in the result's `faults`. Raises any other `InputError` as `Reader.read` does, OSError where
    the spool cannot be written.
    """
    path = task.part.path
    found = SplitScan()
    pending: list[SourceSentence] = []
    characters, offset = 0, 0  # of those pending; of the next batch in the spool
    with files.new_file(task.spool) as spool, found.collecting_faults():
        for source in task.reading.reader.read(task.part, found.counts):
            found.starts_inside |= not source.document
            length = len(source.sentence.text)
            if length > task.reading.max_characters:
                found.too_long += 1
                found.first_too_long = found.first_too_long or (Place(path, source.offset), length)
                continue
            if not found.first_places.keys() >= set(source.sentence.tags):
                _add_first_places(found.first_places, path, source)
            pending.append(source)
            characters += length
            if characters >= BATCH_CHARACTERS:
                packed = _count(found, pending, task.spool, offset)
                spool.write(packed)
                offset += len(packed)
                pending, characters = [], 0
        if pending:
            spool.write(_count(found, pending, task.spool, offset))
    return found


def _count(scan: SplitScan, sources: list[SourceSentence], path: str, offset: int) -> bytes:
    """Adds a batch to the scan, and gives what is to be written at `offset` of the spool at `path`."""
    batch = SentenceBatch.from_sentences(
        [source.sentence for source in sources],
        documents=[source.document for source in sources],
        lines=[source.line for source in sources],
    )
    scan.first = scan.first or sources[0].sentence
    for source in sources:
        crc = zlib.crc32(source.sentence.text.encode())
        if scan.sample is None or crc < scan.sample[0]:
            scan.sample = crc, source.sentence
    scan.marks.append(Mark(path, offset, len(batch)))
    scan.sentences += len(batch)
    scan.tokens += len(batch.lengths)
    scan.spaces += int(batch.gaps.sum())
    scan.longest = max(scan.longest, int(np.diff(batch.char_bounds).max()))
    numbers = np.bincount(batch.code_points)
    scan.characters.update({chr(code): int(numbers[code]) for code in np.flatnonzero(numbers)})
    scan.tags.update(dict(zip(batch.tag_names, np.bincount(batch.tag_ids).tolist(), strict=True)))
    return pack(batch)


def _add_first_places(places: dict[str, Place], path: str, source: SourceSentence) -> None:
    for tag, lines_below in zip(source.sentence.tags, source.line_offsets, strict=True):
        places.setdefault(tag, Place(path, source.offset, lines_below))
