"""One optimizer update from one batch or several, on one device or many, and the counts that it leaves behind."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from ner.config import TrainingConfig
from ner.data.replica_batches import GlobalBatch, ReplicaBatch
from ner.model.heads.loss import cross_entropy
from ner.model.tagger import Tagger
from ner.training.distributed.workers import Replicas
from ner.training.optimizer import WeightAverage

_SCALAR = tf.TensorSpec([], tf.int32)
_PART = ReplicaBatch(tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None], tf.int32), _SCALAR)
_RATE = tf.TensorSpec([], tf.float32)
_VOTE = tf.TensorSpec([], tf.float64)


class Totals(NamedTuple):
    """Sums over some updates. `places` counts characters and padding: what the model computed on.

    `gradient_norm` adds up the gradients' norms before clipping.
    """

    loss: float = 0.0
    gradient_norm: float = 0.0
    characters: int = 0
    places: int = 0
    sentences: int = 0
    updates: int = 0


class TrainingStep(tf.Module):
    """Updates a tagger batch by batch. Dropout depends on (seed, number of the batch, row in it) only.

    The gradient is that of the mean loss over the characters of an update's batches, so that each update counts the
    same. With `max_batch_characters` it is that of the sum divided by this number (times the batches of an update):
    each character counts the same, also in a smaller batch. `class_weights` is float32 [C] or None.

    Each of the `replicas` computes on a part of every batch. Sums, and everything that is decided on, are of all
    replicas, so that all of them make the same update, or none. An update takes a vote of each replica along, and gives
    the sum of all votes.

    After a loss or gradient that is no number, weights stay as they are, and `bad_batch` tells of it. A gradient too
    large for `mixed_float16` leaves out one update and halves the loss scale; it is bad where the scale is 1 already.
    Nothing of this makes Python, or the graph, wait for a GPU.
    """

    def __init__(
        self,
        tagger: Tagger,
        optimizer: keras.optimizers.Optimizer,
        config: TrainingConfig,
        class_weights: np.ndarray | None = None,
        replicas: Replicas | None = None,
    ) -> None:
        super().__init__()
        self.tagger = tagger
        self.optimizer = optimizer
        self._config = config
        self._class_weights = class_weights
        self._replicas = replicas or Replicas()
        with self._replicas.scope():
            self._make_variables()
        batch = [_SCALAR, GlobalBatch(_SCALAR, _SCALAR, _SCALAR, (_PART,) * len(self._replicas.own))]
        self._on_batch = self._traced(self._update_from, [*batch, _RATE, _VOTE])
        self._on_added = self._traced(self._add, batch)
        self._on_sums = self._traced(self._update_from_sums, [_RATE, _VOTE])

    def _make_variables(self) -> None:
        weights = self.tagger.trainable_variables
        self.optimizer.build(weights)
        self._average = WeightAverage(weights, self._config.ema_decay) if self._config.ema_decay else None
        self._sums: list[tf.Variable] = []
        if self._config.accumulate_steps > 1:  # of this replica alone until the update
            own = {"synchronization": tf.VariableSynchronization.ON_READ, "aggregation": tf.VariableAggregation.SUM}
            self._sums = [tf.Variable(tf.zeros_like(weight.value), trainable=False, **own) for weight in weights]
        self._sum_weight = _same_everywhere(0.0)
        self._reals = _same_everywhere(np.zeros(2))  # Totals: loss, gradient_norm
        self._counts = _same_everywhere(np.zeros(4, np.int64))  # Totals: characters, places, sentences, updates
        self._bad_number = _same_everywhere(np.int64(-1))

    def _traced(self, on_replica: Any, signature: list[Any]) -> Any:
        """`on_replica` on every replica, as a graph that is traced once; returns what the first one of here returns."""

        def on_replicas(*arguments: Any) -> Any:
            return self._replicas.run(on_replica, arguments)

        return tf.function(on_replicas, input_signature=signature, jit_compile=False)

    def __call__(self, number: int, batch: GlobalBatch, learning_rate: float, vote: float = 0.0) -> tf.Tensor:
        """Makes an update from batch `number` (from 0); the sum of the `vote`s of all replicas, float64 []."""
        with self._replicas.limited():
            return self._on_batch(tf.constant(number), batch, tf.constant(learning_rate), tf.constant(vote, tf.float64))

    def graph(self) -> Any:
        """The graph that a call runs, as a ConcreteFunction."""
        return self._on_batch.get_concrete_function()

    def add(self, number: int, batch: GlobalBatch) -> None:
        """Adds the gradient of batch `number` to those of the next `update`; for runs that accumulate."""
        with self._replicas.limited():
            self._on_added(tf.constant(number), batch)

    def update(self, learning_rate: float, vote: float = 0.0) -> tf.Tensor:
        """Makes an update from the batches added since the last one; gives what a call gives."""
        with self._replicas.limited():
            return self._on_sums(tf.constant(learning_rate), tf.constant(vote, tf.float64))

    def _update_from(self, number: tf.Tensor, batch: GlobalBatch, learning_rate: tf.Tensor, vote: tf.Tensor) -> Any:
        gradients, figures = self._gradients(number, batch)
        figures, votes = self._replicas.sum([figures, vote])
        self._count(number, batch, figures)
        self._apply(self._replicas.sum(gradients), learning_rate)
        return votes

    def _add(self, number: tf.Tensor, batch: GlobalBatch) -> None:
        gradients, figures = self._gradients(number, batch)
        self._count(number, batch, *self._replicas.sum([figures]))
        weight = tf.constant(1.0) if self._config.max_batch_characters else tf.cast(batch.characters, tf.float32)
        for total, gradient in zip(self._sums, gradients, strict=True):
            total.assign_add(weight * gradient)
        self._sum_weight.assign_add(weight)

    def _update_from_sums(self, learning_rate: tf.Tensor, vote: tf.Tensor) -> tf.Tensor:
        divisor = float(self._config.accumulate_steps) if self._config.max_batch_characters else self._sum_weight
        [votes] = self._replicas.sum([vote])
        self._apply(self._replicas.sum([total / divisor for total in self._sums]), learning_rate)
        for total in [*self._sums, self._sum_weight]:
            total.assign(tf.zeros(total.shape))
        return votes

    def _gradients(self, number: tf.Tensor, batch: GlobalBatch) -> tuple[list[tf.Tensor], tf.Tensor]:
        """What this replica's part adds to the batch's gradients, times the loss scale, dense; and three figures.

        These are summed loss, places, and 1 where loss or gradients are no numbers: float64 [3].
        """
        part = batch.parts[self._replicas.here()]
        weights = self.tagger.trainable_variables
        within = self._config.max_batch_characters
        divisor = float(within) if within else tf.cast(batch.characters, tf.float32)  # of all replicas
        with tf.GradientTape() as tape:
            seed, place = tf.stack([self._config.seed, number]), tf.stack([part.first_row, batch.longest])
            logits = self.tagger(part.char_ids, dropout_seed=seed, place=place)
            total, _ = cross_entropy(part.labels, logits, self._class_weights, self._config.focal_gamma)
            scaled = self.optimizer.scale_loss(total / divisor)
        # Keras 3 optimizers square the slices of a sparse embedding gradient one by one, but ids repeat: make it dense.
        gradients = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(scaled, weights)]
        finite = tf.math.is_finite(total) & (
            tf.math.is_finite(tf.linalg.global_norm(gradients)) | (self._scale() > 1.0)
        )
        figures = [total, tf.size(part.char_ids), tf.logical_not(finite)]
        return gradients, tf.stack([tf.cast(figure, tf.float64) for figure in figures])

    def _count(self, number: tf.Tensor, batch: GlobalBatch, figures: tf.Tensor) -> None:
        """Takes in what batch `number` was, and the sums of all replicas' `figures`."""
        total, places, not_finite = tf.unstack(figures)
        bad = self._bad_number
        bad.assign(tf.where((not_finite > 0) & (bad < 0), tf.cast(number, tf.int64), bad))
        self._reals.assign_add(tf.stack([total, 0.0]))
        counts = [batch.characters, places, batch.sentences, 0]
        self._counts.assign_add(tf.stack([tf.cast(count, tf.int64) for count in counts]))

    def _apply(self, gradients: list[tf.Tensor], learning_rate: tf.Tensor) -> None:
        """Makes an update from the gradients of all replicas."""
        norm = tf.linalg.global_norm(gradients) / self._scale()
        norm = tf.where(tf.math.is_finite(norm), norm, 0.0)  # one too large for float16 is left out
        good = self._bad_number < 0
        self.optimizer.learning_rate = tf.where(good, learning_rate, 0.0)
        gradients = [tf.where(good, gradient, 0.0) for gradient in gradients]
        self.optimizer.apply(gradients, self.tagger.trainable_variables)
        if self._average:
            self._average.update(self.optimizer.iterations)
        self._reals.assign_add(tf.stack([0.0, tf.cast(norm, tf.float64)]))
        self._counts.assign_add(tf.constant([0, 0, 0, 1], tf.int64))

    def _scale(self) -> tf.Tensor:
        """What the loss is multiplied by, float32: 1 but for `mixed_float16`."""
        return tf.convert_to_tensor(self.optimizer.scale_loss(tf.constant(1.0)))

    def totals(self) -> Totals:
        """What was added up since `take_totals`."""
        loss, gradient_norm = map(float, self._reals.numpy())
        return Totals(loss, gradient_norm, *map(int, self._counts.numpy()))

    def take_totals(self) -> Totals:
        """What was added up since the last call."""
        totals = self.totals()
        self.set_totals(Totals())
        return totals

    def set_totals(self, totals: Totals) -> None:
        """Begins to add up from `totals`."""
        self._reals.assign(totals[:2])
        self._counts.assign(totals[2:])

    def bad_batch(self) -> int | None:
        """Number of the first batch whose loss or gradient was no number, if there was one. Waits for the last step."""
        with self._replicas.limited():
            number = int(self._bad_number.numpy())
        return number if number >= 0 else None

    @contextmanager
    def eval_weights(self) -> Iterator[None]:
        """Within it the tagger has the weights that are to be validated and kept: the averages, where there are any.

        Class weights w pull the scores of a label by log w; the share `logit_adjustment` of that is taken out of them
        (Menon et al. 2021, https://arxiv.org/abs/2007.07314, section 4.1), in the head's bias.
        """
        bias = self.tagger.head.bias
        with self._average.in_place() if self._average else nullcontext():
            before = tf.identity(bias.value)
            if self._class_weights is not None:
                pull = np.zeros(bias.shape, np.float32)  # the output of padding, where there is one, has no weight
                pull[: len(self._class_weights)] = np.log(self._class_weights)
                bias.assign(before - self._config.logit_adjustment * pull)
            try:
                yield
            finally:
                bias.assign(before)

    def arrays(self) -> dict[str, np.ndarray]:
        """Weights, averages and optimizer state by name: all that an update depends on beside batch and number."""
        return {name: variable.numpy() for name, variable in self._variables().items()}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Sets what `arrays` returned. Raises ValueError on other names or shapes."""
        variables = self._variables()
        if arrays.keys() != variables.keys():
            raise ValueError(f"the checkpoint's arrays are other ones: {sorted(arrays.keys() ^ variables.keys())}")
        for name, variable in variables.items():
            variable.assign(arrays[name])

    def _variables(self) -> dict[str, Any]:
        weights = {f"weights/{variable.path}": variable for variable in self.tagger.trainable_variables}
        averages = self._average.variables_by_name() if self._average else {}
        return (
            weights
            | {f"average/{path}": variable for path, variable in averages.items()}
            | {f"optimizer/{variable.path}": variable for variable in self.optimizer.variables}
        )


def _same_everywhere(value: Any) -> tf.Variable:
    """A variable that all replicas set to the same values."""
    return tf.Variable(value, trainable=False, aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
