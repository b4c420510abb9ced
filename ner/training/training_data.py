"""The training split as a run reads it: batches from any position on, and what a position means in epochs."""

from contextlib import AbstractContextManager
from typing import Any

import tensorflow as tf

from ner.data.batches import training_batches
from ner.data.dataset import Dataset
from ner.data.replica_batches import global_batches
from ner.data.sampling import SamplingPlan
from ner.data.verification import Verification, verify_while_reading
from ner.training.distributed.workers import Replicas
from ner.training_config import TrainingConfig


class TrainingData:
    """The training split of the `records`, sampled as `plan` says. A position is the number of sentences seen before.

    Which batches there are does not depend on the `replicas`, each of which gets a part of every batch.
    """

    def __init__(
        self, config: TrainingConfig, dataset: Dataset, records: str, plan: SamplingPlan, replicas: Replicas
    ) -> None:
        self.dataset = dataset
        self.plan = plan
        self._config = config
        self.records = records
        self._replicas = replicas

    @property
    def total_sentences(self) -> int:
        """Sentences of all epochs of the run."""
        return self.plan.before(self._config.epochs)

    def epochs_at(self, position: int) -> float:
        """How often the split was seen: 2.5 is the middle of the third epoch."""
        return self.plan.fraction(position)

    def is_epoch_end(self, position: int) -> bool:
        """Whether an epoch ends there."""
        return self.plan.at(position)[1] == 0

    def left_in_epoch(self, position: int) -> int:
        """Sentences from there to the end of the epoch, at least 1."""
        epoch, _ = self.plan.at(position)
        return self.plan.before(epoch + 1) - position

    def batches(self, position: int) -> tf.data.Dataset:
        """The endless batches from there on, with the parts of this worker's replicas."""
        parts = {"num_parts": self._replicas.count, "own": self._replicas.own}
        return global_batches(self.dataset, self.records, **parts, **self._batching(position))

    def whole_batches(self, position: int) -> tf.data.Dataset:
        """The same batches in one part, as `TrainingBatch`."""
        return training_batches(self.dataset, self.records, **self._batching(position))

    def verified(self) -> AbstractContextManager[Verification]:
        """Context manager that verifies this worker's share of the shards while they are read (see `Verification`)."""
        own = self._replicas.own
        share = {"index": own.start // len(own), "count": self._replicas.count // len(own)}
        return verify_while_reading(self.dataset, self.records, "train", **share)

    def _batching(self, position: int) -> dict[str, Any]:
        config = self._config
        sizes = {"batch_size": config.batch_size, "max_batch_characters": config.max_batch_characters}
        return {**sizes, "seed": config.seed, "start": position, "plan": self.plan}
