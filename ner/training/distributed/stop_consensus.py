"""Lets all workers stop at the same place when one of them was asked to stop."""

from collections.abc import Callable

import tensorflow as tf

from ner.signals import StopRequests
from ner.training.distributed.workers import Workers


class StopConsensus:
    """Counts votes to stop: each update sums them over the workers, and a sum above 0 stops all of them.

    With several workers the votes of an update are read after the next one, so that no worker waits for its device.
    """

    def __init__(self, workers: Workers, stop: StopRequests) -> None:
        self._single = workers.count == 1
        self._workers = workers
        self._stop = stop
        self._latest: tf.Tensor | None = None

    @property
    def own_vote(self) -> float:
        """1 if this worker was asked to stop, else 0."""
        return float(self._stop.exit_code is not None)

    def count(self, votes: tf.Tensor) -> bool:
        """Whether all workers stop now; `votes` is the sum over workers that the latest update returned."""
        if self._single:
            return bool(self.own_vote)
        before, self._latest = self._latest, votes
        if before is None:
            return False
        with self._workers.replicas.limited():
            leaving = float(before) > 0
        self._workers.end_startup()  # the first update is made, on all workers
        return leaving


class StoppedError(Exception):
    """The run was asked to stop during an evaluation, which the next start repeats."""


def raise_on_stop(stop: StopRequests, workers: Workers) -> Callable[[int], None]:
    """A function for the end of each batch of an evaluation; it raises `StoppedError` if any worker was asked to stop.

    All workers must call it equally often.
    """

    def on_batch(sentences: int) -> None:
        if workers.any(stop.exit_code is not None):
            raise StoppedError

    return on_batch
