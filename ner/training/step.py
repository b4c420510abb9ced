"""One optimizer update, and the counts that it leaves behind."""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf

from ner.config import TrainingConfig
from ner.model.loss import cross_entropy
from ner.model.tagger import Tagger


class Totals(NamedTuple):
    """Sums over some updates. `places` counts characters and padding: what the model computed on."""

    loss: float
    characters: int
    places: int
    sentences: int
    updates: int


def make_optimizer(config: TrainingConfig) -> keras.optimizers.Optimizer:
    """Adam with clipping by the norm of the whole gradient; each update is told its learning rate.

    With `mixed_float16` the loss is scaled, gradients are unscaled before they are clipped, and an update whose
    gradients overflow is left out.
    """
    adam = keras.optimizers.Adam(config.learning_rate, global_clipnorm=config.clip_norm or None, name="adam")
    scaled = config.precision == "mixed_float16"
    return keras.optimizers.LossScaleOptimizer(adam, name="loss_scale") if scaled else adam


class TrainingStep(tf.Module):
    """Updates a tagger batch by batch. Dropout depends on (seed, step) only.

    The gradient is that of a batch's mean loss, so that each batch counts the same. With `batch_characters`, the most
    that a batch has, it is that of the sum over this number: each character counts the same, also in a smaller batch.
    """

    def __init__(
        self, tagger: Tagger, optimizer: keras.optimizers.Optimizer, *, seed: int, batch_characters: int = 0
    ) -> None:
        super().__init__()
        self.tagger = tagger
        self.optimizer = optimizer
        self.seed = seed
        self.batch_characters = batch_characters
        optimizer.build(tagger.trainable_variables)
        self._loss = tf.Variable(0.0, dtype=tf.float64)
        self._counts = tf.Variable(np.zeros(4, np.int64))

    @tf.function(
        input_signature=[
            tf.TensorSpec([], tf.int32),
            tf.TensorSpec([], tf.float32),
            *[tf.TensorSpec([None, None], tf.int32)] * 2,
        ],
        jit_compile=False,
    )
    def __call__(self, step: tf.Tensor, learning_rate: tf.Tensor, char_ids: tf.Tensor, labels: tf.Tensor) -> None:
        """Makes update number `step` (from 0) from a batch, int32 [B, T] each."""
        self.optimizer.learning_rate = learning_rate
        with tf.GradientTape() as tape:
            logits = self.tagger(char_ids, dropout_seed=tf.stack([self.seed, step]))
            total, characters = cross_entropy(labels, logits)
            divisor = float(self.batch_characters) if self.batch_characters else tf.maximum(characters, 1.0)
            scaled = self.optimizer.scale_loss(total / divisor)
        variables = self.tagger.trainable_variables
        # Keras 3 optimizers square the slices of a sparse embedding gradient one by one, but ids repeat: make it dense.
        gradients = [tf.convert_to_tensor(gradient) for gradient in tape.gradient(scaled, variables)]
        self.optimizer.apply(gradients, variables)
        self._loss.assign_add(tf.cast(total, tf.float64))
        sizes = [tf.cast(characters, tf.int64), tf.size(char_ids, tf.int64), tf.shape(char_ids, tf.int64)[0], 1]
        self._counts.assign_add(tf.stack(sizes))

    def take_totals(self) -> Totals:
        """What was added up since the last call."""
        totals = Totals(float(self._loss), *map(int, self._counts.numpy()))
        self._loss.assign(0.0)
        self._counts.assign(np.zeros(4, np.int64))
        return totals

    def arrays(self) -> dict[str, np.ndarray]:
        """Weights and optimizer state by name: all that an update depends on beside batch and step."""
        return {name: variable.numpy() for name, variable in self._variables().items()}

    def restore(self, arrays: dict[str, np.ndarray]) -> None:
        """Sets what `arrays` returned. Raises ValueError on other names or shapes."""
        variables = self._variables()
        if arrays.keys() != variables.keys():
            raise ValueError(f"the checkpoint's arrays are other ones: {sorted(arrays.keys() ^ variables.keys())}")
        for name, variable in variables.items():
            variable.assign(arrays[name])

    def _variables(self) -> dict[str, tf.Variable]:
        weights = {f"weights/{variable.path}": variable for variable in self.tagger.trainable_variables}
        return weights | {f"optimizer/{variable.path}": variable for variable in self.optimizer.variables}
