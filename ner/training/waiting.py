"""How long training waits for its data."""

import time
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

Item = TypeVar("Item")


class TimedIterator(Generic[Item]):
    """Gives the items of `source`, and adds up the seconds that each took to come."""

    def __init__(self, source: Iterable[Item]) -> None:
        self._source = source
        self._seconds = 0.0

    def __iter__(self) -> Iterator[Item]:
        items = iter(self._source)
        while True:
            start = time.monotonic()
            try:
                item = next(items)
            except StopIteration:
                return
            self._seconds += time.monotonic() - start
            yield item

    def take_seconds(self) -> float:
        """What was added up since the last call."""
        seconds, self._seconds = self._seconds, 0.0
        return seconds
