"""Lines that cannot be read: all of a corpus are counted and the first of them named, so that one run tells all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from data_tools.readers.sources import place
from ner.console import counted
from ner.errors import InputError

SHOWN = 20


class Fault(NamedTuple):
    """What is wrong with a line: `lines_below` the one with byte `offset` of the (decompressed) file."""

    path: str
    offset: int
    lines_below: int
    message: str

    def __str__(self) -> str:
        """`train.txt:17: tag 'B_PER' is not ...`."""
        return f"{place(self.path, self.offset, self.lines_below)}: {self.message}"


@dataclass(frozen=True)
class Faults:
    """The first `SHOWN` faults and the number of all. Adds up over parts of a corpus, in order."""

    first: tuple[Fault, ...] = ()
    number: int = 0

    @classmethod
    def of(cls, faults: Sequence[Fault]) -> "Faults":
        """These faults."""
        return cls(tuple(faults[:SHOWN]), len(faults))

    def __add__(self, other: "Faults") -> "Faults":
        return Faults((self.first + other.first)[:SHOWN], self.number + other.number)

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self.number)


class FaultyLinesError(InputError):
    """Lines cannot be read. The text has a line for each of the first `SHOWN` faults, and says how many more follow."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(faults)
        self.faults = faults

    def __str__(self) -> str:
        lines = [str(fault) for fault in self.faults.first]
        if (more := self.faults.number - len(lines)) > 0:
            lines.append(f"and {counted(more, 'more fault')}")
        return "\n".join(lines)
