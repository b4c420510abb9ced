"""When workers leave: all after the same step, because one of them was told to."""

import tensorflow as tf

from ner.signals import StopRequests
from ner.training.distributed.workers import Workers


class StopConsensus:
    """Votes that come with updates, above 0 where a worker was told to leave.

    With several workers a vote is counted after the next update, so that no worker waits for its device.
    """

    def __init__(self, workers: Workers, stop: StopRequests) -> None:
        self._alone = workers.count == 1
        self._limited = workers.replicas.limited
        self._stop = stop
        self._latest: tf.Tensor | None = None

    @property
    def own_vote(self) -> float:
        """1 where this worker was told to leave, else 0."""
        return float(self._stop.exit_code is not None)

    def count(self, votes: tf.Tensor) -> bool:
        """Takes in what an update gave, and tells whether all workers leave after it."""
        if self._alone:
            return bool(self.own_vote)
        before, self._latest = self._latest, votes
        with self._limited():
            return before is not None and float(before) > 0
