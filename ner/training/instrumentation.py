"""Measurements of a run: a profiler trace of some steps, and the seconds that training waits for its data."""

import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Generic, TypeVar

from ner.errors import InputError

Steps = tuple[int, int]  # numbers of updates, from 0: the first, and the one after the last


def profiled_steps(text: str) -> Steps | None:
    """The steps of `--profile_steps`, such as `10:20`; None for an empty text. Raises `InputError` on another."""
    if not text:
        return None
    first, _, last = text.partition(":")
    if not (first.isdecimal() and last.isdecimal() and int(first) < int(last)):
        raise InputError(f"--profile_steps is {text!r}, expected two numbers of steps such as 10:20")
    return int(first), int(last)


class StepProfile:
    """Traces `steps`, if there are any, into the folder `logs`; without a folder, calls end at their edges alone."""

    def __init__(self, steps: Steps | None, logs: str | None) -> None:
        self._first, self._last = steps or (-1, -1)
        self._logs = logs
        self._tracing = False
        self.missed = steps is not None  # whether none of the steps was run

    def step(self, number: int) -> AbstractContextManager[object]:
        """Context manager for the batches of update `number`; starts the trace where it is due and marks the step."""
        if self._logs is None or not self._first <= number < self._last:
            return nullcontext()
        if not self._tracing:
            _profiler().start(self._logs)
            self._tracing, self.missed = True, False
        return _profiler().Trace("train", step_num=number, _r=1)  # the marks that the profiler's pages ask for

    def limit(self, number: int, updates: int) -> int:
        """How many of `updates` from `number` on come before a trace begins or ends."""
        return min([updates, *(edge - number for edge in (self._first, self._last) if edge > number)])

    def end(self, steps: int) -> None:
        """Stops the trace once `steps` updates, from the start of the run, include the last one to trace."""
        if steps >= self._last:
            self.close()

    def close(self) -> None:
        """Writes the trace, if one is running."""
        if self._tracing:
            _profiler().stop()
            self._tracing = False


def _profiler():  # type: ignore[no-untyped-def]
    import tensorflow as tf  # the program that reads the flag has not imported it yet

    return tf.profiler.experimental


Item = TypeVar("Item")


class TimedIterator(Generic[Item]):
    """Iterates over `source` and sums the seconds that its items took to arrive."""

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
        """The sum since the last call, in seconds."""
        seconds, self._seconds = self._seconds, 0.0
        return seconds
