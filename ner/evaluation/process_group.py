"""The processes that share an evaluation: the first one gathers the predictions of all."""

from typing import Any, Protocol


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

    def broadcast(self, value: Any = None) -> Any:
        """The JSON-serializable value of process 0, on all processes."""


class SingleProcess:
    """A group of one process."""

    index = 0
    count = 1

    def gather(self, message: bytes) -> list[bytes]:
        """The one message."""
        return [message]

    def broadcast(self, value: Any = None) -> Any:
        """The one value."""
        return value
