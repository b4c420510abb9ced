"""The processes that share an evaluation: the first one gathers the predictions of all."""

from typing import Protocol


class ProcessGroup(Protocol):
    """`count` processes, of which this one has the number `index`; process 0 makes the report."""

    @property
    def index(self) -> int:
        """Number of this process, from 0."""

    @property
    def count(self) -> int:
        """Number of processes."""

    def gather(self, message: bytes) -> list[bytes]:
        """The messages of all processes in order, on process 0; an empty list on the others."""


class SingleProcess:
    """A group of one process."""

    index = 0
    count = 1

    def gather(self, message: bytes) -> list[bytes]:
        """The one message."""
        return [message]
