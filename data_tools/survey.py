"""First pass over the corpus: counts that add up, and where in the files the sentences stand."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data_tools import conll
from ner.text.labels import split_label

RANGE_BYTES = 1 << 22  # of a file that one task surveys
MARK_BYTES = 1 << 16  # about so much is read in vain to find the first sentence of a shard


class Place(NamedTuple):
    """A line of a file: so many lines below the one with that byte of the (decompressed) content."""

    path: str
    offset: int
    lines_below: int = 0

    def __str__(self) -> str:
        """`train.txt:17`."""
        return f"{self.path}:{conll.line_number(self.path, self.offset) + self.lines_below}"


class Mark(NamedTuple):
    """A place where reading may begin, and the number of kept sentences from there to the next mark."""

    place: Place
    sentences: int


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the files of a split are read: the same in both passes."""

    dialect: conll.Dialect
    docstart: str
    max_characters: int

    def sentences(
        self, place: Place, end: int | None = None, counts: conll.ReadCounts | None = None
    ) -> Iterator[conll.SourceSentence]:
        """The sentences from a place on, over-long ones too. Raises `InputError` as `conll.read_sentences` does."""
        return conll.read_sentences(
            place.path, self.dialect, docstart=self.docstart, start=place.offset, end=end, counts=counts
        )


@dataclass(frozen=True, slots=True)
class Range:
    """A part of a file, from byte `start` to byte `end` (None is the end of the file)."""

    path: str
    start: int
    end: int | None
    size_bytes: int
    reading: Reading


@dataclass(kw_only=True)
class Survey:
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

    def add(self, other: "Survey") -> None:
        """Adds what was found in the part that follows."""
        self.sentences += other.sentences
        self.tokens += other.tokens
        self.longest = max(self.longest, other.longest)
        self.tags.update(other.tags)
        self.first_places = other.first_places | self.first_places
        self.characters.update(other.characters)
        self.too_long += other.too_long
        self.first_too_long = self.first_too_long or other.first_too_long
        self.counts += other.counts
        self.marks.extend(other.marks)


def ranges_of(path: str, reading: Reading) -> list[Range]:
    """The parts of a file that can be surveyed on their own, in order; a compressed file is one part."""
    size_bytes = Path(path).stat().st_size
    if conll.is_compressed(path):
        return [Range(path, 0, None, size_bytes, reading)]
    starts = range(0, max(size_bytes, 1), RANGE_BYTES)
    ends = [*starts[1:], None]
    sizes = [(end or size_bytes) - start for start, end in zip(starts, ends, strict=True)]
    return [Range(path, *part, reading) for part in zip(starts, ends, sizes, strict=True)]


def survey_range(part: Range) -> Survey:
    """What one part of a file holds. Raises `InputError` as `conll.read_sentences` does."""
    found = Survey()
    place, before = Place(part.path, part.start), 0  # the current mark, and the number of sentences ahead of it
    block = part.start
    pending = _Pending()
    for source in part.reading.sentences(place, part.end, found.counts):
        if source.block_offset != block and block - place.offset >= MARK_BYTES:
            # Reading begins behind the first blank line after a mark: it stands in the block before the one it means.
            found.marks.append(Mark(place, found.sentences - before))
            place, before = Place(part.path, block), found.sentences
            pending.move_to(found)
        block = source.block_offset
        text = source.sentence.text
        if len(text) > part.reading.max_characters:
            found.too_long += 1
            found.first_too_long = found.first_too_long or (Place(part.path, source.offset), len(text))
            continue
        pending.texts.append(text)
        pending.tags.extend(source.sentence.tags)
        found.sentences += 1
        found.longest = max(found.longest, len(text))
        if not found.first_places.keys() >= set(source.sentence.tags):
            _add_first_places(found.first_places, part.path, source)
    found.marks.append(Mark(place, found.sentences - before))
    pending.move_to(found)
    return found


class _Pending:
    """Characters and tags that are counted together, which takes a tenth of counting them sentence by sentence."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.tags: list[str] = []

    def move_to(self, survey: Survey) -> None:
        """Counts all that is pending in `survey`."""
        code_points = np.frombuffer("".join(self.texts).encode("utf-32-le"), np.uint32)
        numbers = np.bincount(code_points)
        survey.characters.update({chr(code): int(numbers[code]) for code in np.flatnonzero(numbers)})
        survey.tags.update(self.tags)
        survey.tokens += len(self.tags)
        self.texts.clear()
        self.tags.clear()


def _add_first_places(places: dict[str, Place], path: str, source: conll.SourceSentence) -> None:
    for tag, lines_below in zip(source.sentence.tags, source.line_offsets, strict=True):
        places.setdefault(tag, Place(path, source.offset, lines_below))
