"""One optimizer update from one batch or several, on one device or many, and the metrics that it adds to."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import tensorflow as tf

from ner.data.replica_batches import GlobalBatch, ReplicaBatch
from ner.model.dropout import RowDropout
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.soft_labels import Distillation
from ner.model.teacher import Teacher
from ner.model.words import Words
from ner.training.augmentation import Augmentation
from ner.training.distributed.workers import Replicas
from ner.training.lazy_tables import ReadRows
from ner.training.optimizer import clipping_factor
from ner.training.train_state import TrainState
from ner.training_config import TrainingConfig

_SCALAR = tf.TensorSpec([], tf.int32)
_RATE = tf.TensorSpec([], tf.float32)
_VOTE = tf.TensorSpec([], tf.float64)


class TrainingStep(tf.Module):
    """Updates the tagger of `state` batch by batch. Dropout depends on (seed, number of the batch, row in it) only.

    The gradient is that of the mean loss over the characters of an update's batches that have a label, so that every
    update has the same weight. With `max_batch_characters` it is that of the sum divided by this number (times the
    batches of an update): every character has the same weight, also in a smaller batch. `class_weights` is float32 [C]
    or None. A `teacher` gives soft labels for the share `distillation` of the loss, to unannotated characters too
    (with a share of 0 it is not asked). It reads what the tagger reads, in the same case.

    Each of the `replicas` computes on a part of every batch. Sums, and everything that is decided on, are of all
    replicas, so that all of them make the same update, or none. An update also sums a vote of each replica and returns
    the sum.

    After a NaN or infinite loss or gradient, weights stay as they are, and `bad_batch` returns the batch's number. A
    gradient too large for `mixed_float16` skips one update and halves the loss scale; it is bad where the scale is 1
    already. Neither Python nor the graph waits for a GPU because of this.
    """

    def __init__(
        self,
        state: TrainState,
        config: TrainingConfig,
        class_weights: np.ndarray | None = None,
        replicas: Replicas | None = None,
        teacher: Teacher | None = None,
        *,
        partly_annotated: bool = False,
    ) -> None:
        super().__init__()
        self.state = state
        self.tagger = state.tagger
        self._config = config
        self._class_weights = class_weights
        self._teacher = teacher if config.distillation else None
        self._augmentation = Augmentation(config, self.tagger.vocabulary)
        self.objective = CharacterLoss(class_weights, config.focal_gamma, partly_annotated)
        self._learns_labels = self.tagger.networks[0].config.learns_labels
        self.replicas = replicas or Replicas()
        with self.replicas.scope():
            self._make_variables()
        parts = (ReplicaBatch.spec(),) * len(self.replicas.own)
        batch = [_SCALAR, GlobalBatch(_SCALAR, _SCALAR, _SCALAR, _SCALAR, parts)]
        self._on_batch = _traced(self.in_graph, [*batch, _RATE, _VOTE])
        self._on_added = _traced(self.add_in_graph, batch)
        self._on_sums = _traced(self.update_in_graph, [_RATE, _VOTE])

    def _make_variables(self) -> None:
        self._gradient_sums: list[tf.Variable] = []
        if self._config.accumulate_steps > 1:  # of this replica alone until the update
            own = {"synchronization": tf.VariableSynchronization.ON_READ, "aggregation": tf.VariableAggregation.SUM}
            weights = self.tagger.trainable_variables
            self._gradient_sums = [tf.Variable(tf.zeros_like(one.value), trainable=False, **own) for one in weights]
        self._sum_weight = _same_everywhere(0.0)
        self._bad_number = _same_everywhere(np.int64(-1))

    def __call__(
        self, number: int, batch: GlobalBatch, learning_rate: float | tf.Tensor, vote: float = 0.0
    ) -> tf.Tensor:
        """Makes an update from batch `number` (from 0); returns the sum of the `vote`s of all replicas, float64 []."""
        with self.replicas.limited():
            return self._on_batch(tf.constant(number), batch, _rate(learning_rate), tf.constant(vote, tf.float64))

    def graph(self) -> Any:
        """The graph that a call runs, as a ConcreteFunction."""
        return self._on_batch.get_concrete_function()

    def add(self, number: int, batch: GlobalBatch) -> None:
        """Adds the gradient of batch `number` to those of the next `update`; for runs that accumulate."""
        with self.replicas.limited():
            self._on_added(tf.constant(number), batch)

    def update(self, learning_rate: float | tf.Tensor, vote: float = 0.0) -> tf.Tensor:
        """Makes an update from the batches added since the last one; returns the sum of votes, as a call does."""
        with self.replicas.limited():
            return self._on_sums(_rate(learning_rate), tf.constant(vote, tf.float64))

    def in_graph(self, number: tf.Tensor, batch: GlobalBatch, learning_rate: tf.Tensor, vote: tf.Tensor) -> tf.Tensor:
        """A call as a part of the graph that is being traced: int32 [], float32 [] and float64 [] besides the batch."""
        return self.replicas.run(self._update_from, (number, batch, learning_rate, vote))

    def add_in_graph(self, number: tf.Tensor, batch: GlobalBatch) -> None:
        """`add` as a part of the graph that is being traced."""
        self.replicas.run(self._add, (number, batch))

    def update_in_graph(self, learning_rate: tf.Tensor, vote: tf.Tensor) -> tf.Tensor:
        """`update` as a part of the graph that is being traced."""
        return self.replicas.run(self._update_from_sums, (learning_rate, vote))

    def _update_from(self, number: tf.Tensor, batch: GlobalBatch, learning_rate: tf.Tensor, vote: tf.Tensor) -> Any:
        gradients, amounts, read = self._gradients(number, batch)
        sums = self._sum({**amounts, "votes": vote})
        self._count(number, batch, sums)
        self._apply(self.replicas.sum(gradients), learning_rate, read)
        return sums["votes"]

    def _add(self, number: tf.Tensor, batch: GlobalBatch) -> None:
        gradients, amounts, _ = self._gradients(number, batch)
        self._count(number, batch, self._sum(amounts))
        weight = tf.constant(1.0) if self._config.max_batch_characters else self._loss_denominator(batch)
        for total, gradient in zip(self._gradient_sums, gradients, strict=True):
            total.assign_add(weight * gradient)
        self._sum_weight.assign_add(weight)

    def _update_from_sums(self, learning_rate: tf.Tensor, vote: tf.Tensor) -> tf.Tensor:
        divisor = float(self._config.accumulate_steps) if self._config.max_batch_characters else self._sum_weight
        votes = self._sum({"votes": vote})["votes"]
        self._apply(self.replicas.sum([total / divisor for total in self._gradient_sums]), learning_rate)
        for total in [*self._gradient_sums, self._sum_weight]:
            total.assign(tf.zeros(total.shape))
        return votes

    def _sum(self, amounts: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Sums of scalars over all replicas, float64 [] each, by one exchange."""
        [sums] = self.replicas.sum([tf.stack([tf.cast(amount, tf.float64) for amount in amounts.values()])])
        return dict(zip(amounts, tf.unstack(sums), strict=True))

    def _gradients(
        self, number: tf.Tensor, batch: GlobalBatch
    ) -> tuple[list[tf.Tensor], dict[str, tf.Tensor], ReadRows | None]:
        """What this replica's part adds to the batch's gradients, times the loss scale, dense; and to scalars.

        These are the summed loss, the padded characters, and whether loss or gradients are NaN or infinite. Gradients
        of lazy tables are those of the rows that the batch reads, which are returned too.
        """
        part = batch.parts[self.replicas.here()]
        weights = self.tagger.trainable_variables
        within = self._config.max_batch_characters
        divisor = float(within) if within else self._loss_denominator(batch)
        dropout = RowDropout(tf.stack([self._config.seed, number]), part.row_offset, batch.longest)
        words = Words(part.starts, part.ends)
        char_ids = self._augmentation(part.char_ids, dropout)
        distillation = self._distillation(char_ids, words)
        tables = self.state.tables
        read = tables.read(self.tagger.table_rows(char_ids, words, dropout)) if tables else None
        with tf.GradientTape() as tape:
            total = self.tagger.training_loss(char_ids, part.labels, words, self.objective, dropout, distillation)
            scaled = self.state.optimizer.scale_loss(total / divisor)
        # Keras 3 optimizers square the slices of a sparse embedding gradient one by one, but ids repeat: make it dense.
        gradients = [
            tables.row_gradient(gradient, read)
            if tables and read and weight.path in tables.paths
            else tf.convert_to_tensor(gradient)
            for weight, gradient in zip(weights, tape.gradient(scaled, weights), strict=True)
        ]
        finite = tf.math.is_finite(total) & (
            tf.math.is_finite(tf.linalg.global_norm(gradients)) | (self._scale() > 1.0)
        )
        padded_characters, bad = tf.size(part.char_ids), tf.logical_not(finite)
        return gradients, {"loss": total, "padded_characters": padded_characters, "bad": bad}, read

    def _distillation(self, char_ids: tf.Tensor, words: Words) -> Distillation | None:
        if self._teacher is None:
            return None
        return Distillation(self._teacher.soft_labels(char_ids, words), self._config.distillation)

    def _loss_denominator(self, batch: GlobalBatch) -> tf.Tensor:
        """Characters of all replicas that the mean loss is over, float32 [], at least 1."""
        return tf.cast(tf.maximum(batch.characters - self._not_in_loss(batch), 1), tf.float32)

    def _not_in_loss(self, batch: GlobalBatch) -> tf.Tensor | int:
        """Characters that the loss is not of: those without a label, unless there is a teacher, who labels all."""
        return batch.unlabelled if self._learns_labels and self._teacher is None else 0

    def _count(self, number: tf.Tensor, batch: GlobalBatch, sums: dict[str, tf.Tensor]) -> None:
        """Adds a batch to the metrics, and notes its number if it is the first bad one; `sums` are of all replicas."""
        bad = self._bad_number
        bad.assign(tf.where((sums["bad"] > 0) & (bad < 0), tf.cast(number, tf.int64), bad))
        self.state.metrics.add(
            loss=sums["loss"],
            padded_characters=sums["padded_characters"],
            characters=batch.characters,
            unlabelled_characters=self._not_in_loss(batch),
            sentences=batch.sentences,
        )

    def _apply(self, gradients: list[tf.Tensor], learning_rate: tf.Tensor, read: ReadRows | None = None) -> None:
        """Makes an update from the gradients of all replicas, those of tables at the rows that were `read`."""
        optimizer = self.state.optimizer
        norm = tf.linalg.global_norm(gradients) / self._scale()
        norm = tf.where(tf.math.is_finite(norm), norm, 0.0)  # one too large for float16 is left out
        good = self._bad_number < 0
        optimizer.learning_rate = tf.where(good, learning_rate, 0.0)
        factor = tf.where(good, clipping_factor(norm, self._config.clip_norm), 0.0)
        # One op for each weight clips it and leaves it out: the product with 0 is 0 here, also where there is NaN.
        gradients = [tf.math.multiply_no_nan(gradient, factor) for gradient in gradients]
        self._update_weights(gradients, read)
        self.state.metrics.add(gradient_norm=norm, updates=1.0)

    def _update_weights(self, gradients: list[tf.Tensor], read: ReadRows | None) -> None:
        """Updates weights and their averages, those of tables row by row."""
        optimizer, average, tables = self.state.optimizer, self.state.average, self.state.tables
        by_path = dict(zip((weight.path for weight in self.tagger.trainable_variables), gradients, strict=True))
        if tables and read:
            tables.update(read, [by_path.pop(path) for path in tables.paths])
        others = [weight for weight in self.tagger.trainable_variables if weight.path in by_path]
        optimizer.apply(list(by_path.values()), others)
        if average:
            average.update(optimizer.iterations, others)

    def _scale(self) -> tf.Tensor:
        """What the loss is multiplied by, float32: 1 but for `mixed_float16`."""
        return tf.convert_to_tensor(self.state.optimizer.scale_loss(tf.constant(1.0)))

    def bad_batch(self) -> int | None:
        """Number of the first batch with a NaN or infinite loss or gradient, or None. Waits for the last step."""
        with self.replicas.limited():
            number = int(self._bad_number.numpy())
        return number if number >= 0 else None

    @contextmanager
    def eval_weights(self) -> Iterator[None]:
        """Context manager in which the tagger has the weights to validate and keep: averages, where there are any.

        Class weights w pull the scores of a label by log w; the share `logit_adjustment` of that is taken out of them
        (Menon et al. 2021, https://arxiv.org/abs/2007.07314, section 4.1) by the head.
        """
        with ExitStack() as stack:
            stack.enter_context(self.state.up_to_date())
            if self.state.average:
                stack.enter_context(self.state.average.in_place())
            if self._class_weights is not None:
                removed = self._config.logit_adjustment * np.log(self._class_weights)
                stack.enter_context(self.tagger.without_priors(removed))
            yield


def _traced(function: Any, signature: list[Any]) -> Any:
    """A graph of a function, traced once."""
    return tf.function(function, input_signature=signature, autograph=False, jit_compile=False)


def _rate(value: float | tf.Tensor) -> tf.Tensor:
    return tf.convert_to_tensor(value, tf.float32)


def _same_everywhere(value: Any) -> tf.Variable:
    """A variable that all replicas set to the same values."""
    return tf.Variable(value, trainable=False, aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
