"""Numbers of files, lines and documents over the ranges of a split, which are read without knowledge of one another."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

FILE = "file"  # what begins a document where no line of the file does


class Origin(NamedTuple):
    """What the sentences of a range count from: their file, the first line, and the document number to add to."""

    source: int = 0
    line: int = 1
    document: int = 0


@dataclass
class OriginCounter:
    """Origins of the ranges of a split, taken in order; `documents` counts by what began them.

    A file begins a document unless its first sentence stands after a line that begins one.
    """

    documents: Counter[str] = field(default_factory=Counter)
    _source: int = -1
    _line: int = 1
    _marked: int = 0  # documents that lines of this file began so far
    _first: int = 0  # number of the first document of this file
    _file_begins: bool = False  # whether that is one that no line began

    def add(self, source: int, lines: int, documents: Counter[str], starts_inside: bool) -> Origin:
        """The origin of the next range: of file `source`, with its number of lines and the documents that began in it.

        `starts_inside` tells whether a sentence stands before the first line of the range that begins a document.
        """
        if source != self._source:
            self._source, self._line, self._marked = source, 1, 0
            self._first, self._file_begins = self.documents.total(), False
        if starts_inside and not self._marked and not self._file_begins:
            self._file_begins = True
            self.documents[FILE] += 1
        origin = Origin(source, self._line, self._first + self._marked - (not self._file_begins))
        self._line += lines
        self._marked += documents.total()
        self.documents.update(documents)
        return origin
