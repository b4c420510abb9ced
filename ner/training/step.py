"""One optimizer update from one batch or several, and the counts that it leaves behind."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from ner.config import TrainingConfig
from ner.model.loss import cross_entropy
from ner.model.tagger import Tagger
from ner.training.optimizer import WeightAverage

_BATCH = [tf.TensorSpec([], tf.int32), *[tf.TensorSpec([None, None], tf.int32)] * 2]
_RATE = tf.TensorSpec([], tf.float32)


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
    """Updates a tagger batch by batch. Dropout depends on (seed, number of the batch) only.

    The gradient is that of the mean loss over the characters of an update's batches, so that each update counts the
    same. With `batch_characters`, the most that a batch has, it is that of the sum over this number (times the batches
    of an update): each character counts the same, also in a smaller batch. `class_weights` is float32 [C] or None.

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
    ) -> None:
        super().__init__()
        self.tagger = tagger
        self.optimizer = optimizer
        self._config = config
        self._class_weights = class_weights
        weights = tagger.trainable_variables
        optimizer.build(weights)
        self._average = WeightAverage(weights, config.ema_decay) if config.ema_decay else None
        self._sums = [tf.Variable(tf.zeros_like(weight.value)) for weight in weights] if config.accumulate > 1 else []
        self._sum_weight = tf.Variable(0.0)
        self._reals = tf.Variable(np.zeros(2))  # Totals: loss, gradient_norm
        self._counts = tf.Variable(np.zeros(4, np.int64))  # Totals: characters, places, sentences, updates
        self._bad_number = tf.Variable(-1, dtype=tf.int64)

    @tf.function(input_signature=[*_BATCH, _RATE], jit_compile=False)
    def __call__(self, number: tf.Tensor, char_ids: tf.Tensor, labels: tf.Tensor, learning_rate: tf.Tensor) -> None:
        """Makes an update from batch `number` (from 0), int32 [B, T] each."""
        gradients, _ = self._gradients(number, char_ids, labels)
        self._apply(gradients, learning_rate)

    @tf.function(input_signature=_BATCH, jit_compile=False)
    def add(self, number: tf.Tensor, char_ids: tf.Tensor, labels: tf.Tensor) -> None:
        """Adds the gradient of batch `number` to those of the next `update`; for runs that accumulate."""
        gradients, weight = self._gradients(number, char_ids, labels)
        for total, gradient in zip(self._sums, gradients, strict=True):
            total.assign_add(weight * gradient)
        self._sum_weight.assign_add(weight)

    @tf.function(input_signature=[_RATE], jit_compile=False)
    def update(self, learning_rate: tf.Tensor) -> None:
        """Makes an update from the batches added since the last one."""
        divisor = float(self._config.accumulate) if self._config.batch_characters else self._sum_weight
        self._apply([total / divisor for total in self._sums], learning_rate)
        for total in [*self._sums, self._sum_weight]:
            total.assign(tf.zeros_like(total))

    def _gradients(
        self, number: tf.Tensor, char_ids: tf.Tensor, labels: tf.Tensor
    ) -> tuple[list[tf.Tensor], tf.Tensor]:
        """The batch's dense gradients, times the loss scale, and how much they count beside those of other batches."""
        weights = self.tagger.trainable_variables
        with tf.GradientTape() as tape:
            logits = self.tagger(char_ids, dropout_seed=tf.stack([self._config.seed, number]))
            total, characters = cross_entropy(labels, logits, self._class_weights, self._config.focal_gamma)
            within = self._config.batch_characters
            divisor = float(within) if within else tf.maximum(characters, 1.0)
            scaled = self.optimizer.scale_loss(total / divisor)
        # Keras 3 optimizers square the slices of a sparse embedding gradient one by one, but ids repeat: make it dense.
        gradients = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(scaled, weights)]
        good = tf.math.is_finite(total) & (tf.math.is_finite(tf.linalg.global_norm(gradients)) | (self._scale() > 1.0))
        bad = self._bad_number
        bad.assign(tf.where(good | (bad >= 0), bad, tf.cast(number, tf.int64)))
        self._reals.assign_add(tf.stack([tf.cast(total, tf.float64), 0.0]))
        sizes = [tf.cast(characters, tf.int64), tf.size(char_ids, tf.int64), tf.shape(char_ids, tf.int64)[0], 0]
        self._counts.assign_add(tf.stack(sizes))
        return gradients, tf.constant(1.0) if within else divisor

    def _apply(self, gradients: list[tf.Tensor], learning_rate: tf.Tensor) -> None:
        norm = tf.linalg.global_norm(gradients) / self._scale()
        norm = tf.where(tf.math.is_finite(norm), norm, 0.0)  # one too large for float16 is left out
        good = self._bad_number < 0
        self.optimizer.learning_rate = tf.where(good, learning_rate, 0.0)
        gradients = [tf.where(good, gradient, 0.0) for gradient in gradients]
        self.optimizer.apply(gradients, self.tagger.trainable_variables)
        if self._average:
            self._average.update(self.optimizer.iterations)
        self._reals.assign_add(tf.stack([0.0, tf.cast(norm, tf.float64)]))
        self._counts.assign_add([0, 0, 0, 1])

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
        number = int(self._bad_number)
        return number if number >= 0 else None

    @contextmanager
    def judged(self) -> Iterator[None]:
        """Within it the tagger has the weights that are to be judged and kept: the averages, where there are any.

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
