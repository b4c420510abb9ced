"""Several processes that share the sentences of an evaluation, and bring together what they found."""

from typing import Protocol


class Readers(Protocol):
    """Processes with the numbers from 0 to below `count`, of which this is `index`; the first one makes the report."""

    @property
    def index(self) -> int:
        """The number of this one."""

    @property
    def count(self) -> int:
        """How many there are."""

    def gather(self, message: bytes) -> list[bytes]:
        """The messages of all readers in their order, at the first one; nothing elsewhere."""


class Alone:
    """The only reader."""

    index = 0
    count = 1

    def gather(self, message: bytes) -> list[bytes]:
        """The message."""
        return [message]
