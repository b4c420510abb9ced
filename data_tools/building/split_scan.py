"""What the first pass of a build found in a split or a part of it: counts that add up, and where sentences lie."""

import functools
import operator
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from data_tools.building.mark_counts import MarkCounts
from data_tools.building.origins import Origin
from data_tools.readers.base import ReadCounts
from data_tools.readers.faults import Faults, FaultyLinesError
from data_tools.readers.sources import place
from ner.text.labels import NOT_ANNOTATED, split_label
from ner.text.sentence import Sentence
from ner.text.spacing import spacing_of


class Place(NamedTuple):
    """A line of a file: `lines_below` lines after the one with that byte of the (decompressed) content."""

    path: str
    offset: int
    lines_below: int = 0

    def __str__(self) -> str:
        """`train.txt:17`."""
        return place(self.path, self.offset, self.lines_below)


class Mark(NamedTuple):
    """A batch of sentences in a spool: the file, the byte at which it begins, and how many sentences it holds.

    `origins` say what lines and documents count from in each of the parts that the spool holds.
    """

    spool: str
    offset: int
    sentences: int
    origins: tuple[Origin, ...] = (Origin(),)


class ScannedPart(NamedTuple):
    """A part of a file that was read: what `OriginCounter.add` takes."""

    source: int
    lines: int
    documents: Counter[str]
    starts_inside: bool


@dataclass(kw_only=True)
class SplitScan:
    """What some part of a split holds.

    Sentences longer than `max_characters` are in `too_long` and nowhere else, unless they were cut: then their tokens
    that are too long themselves are in `too_long_tokens`.
    """

    sentences: int = 0
    tokens: int = 0
    spaces: int = 0  # between tokens
    mark_counts: MarkCounts = field(default_factory=MarkCounts)
    longest: int = 0
    tags: Counter[str] = field(default_factory=Counter)
    first_places: dict[str, Place] = field(default_factory=dict)  # of each tag
    characters: Counter[str] = field(default_factory=Counter)
    too_long: int = 0
    too_long_tokens: int = 0
    first_too_long: tuple[Place, int] | None = None  # and its length in characters
    counts: ReadCounts = field(default_factory=ReadCounts)
    faults: Faults = field(default_factory=Faults)
    first: Sentence | None = None
    sample: tuple[int, Sentence] | None = None  # the one with the smallest key: a random choice
    many_tokens: int = 0  # sentences with more tokens than is usual: a blank line may be missing
    first_many_tokens: Place | None = None
    duplicates: int = 0  # sentences that were left out because validation or test have them
    in_train: int = 0  # sentences of validation or test that train has too, word for word
    parts: tuple[ScannedPart, ...] = ()
    marks: list[Mark] = field(default_factory=list)

    @property
    def entities(self) -> dict[str, int]:
        """Entities by type, in alphabetical order."""
        found = {split_label(tag)[1]: number for tag, number in self.tags.items() if tag.startswith("B-")}
        return dict(sorted(found.items()))

    @property
    def not_annotated(self) -> int:
        """Unannotated tokens."""
        return self.tags[NOT_ANNOTATED]

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
        self.mark_counts.add(other.mark_counts)
        self.longest = max(self.longest, other.longest)
        self.tags.update(other.tags)
        self.first_places = other.first_places | self.first_places
        self.characters.update(other.characters)
        self.too_long += other.too_long
        self.too_long_tokens += other.too_long_tokens
        self.first_too_long = self.first_too_long or other.first_too_long
        self.first = self.first or other.first
        self.sample = min(filter(None, (self.sample, other.sample)), key=operator.itemgetter(0), default=None)
        self.many_tokens += other.many_tokens
        self.first_many_tokens = self.first_many_tokens or other.first_many_tokens
        self.duplicates += other.duplicates
        self.counts.add(other.counts)
        self.faults += other.faults
        self.marks.extend(other.marks)

    @contextmanager
    def collecting_faults(self) -> Iterator[None]:
        """Context manager that adds the faults of a `FaultyLinesError` to these, in place of raising it."""
        try:
            yield
        except FaultyLinesError as error:
            self.faults += error.faults

    def set_origins(self, origins: tuple[Origin, ...]) -> None:
        """Lets lines and documents of the sentences count from the origin of their part."""
        self.marks = [mark._replace(origins=origins) for mark in self.marks]


def check_faults(scans: Iterable[SplitScan]) -> None:
    """Raises `FaultyLinesError` with the faults of these, if they have any."""
    faults = functools.reduce(operator.add, (scan.faults for scan in scans), Faults())
    if faults:
        raise FaultyLinesError(faults)
