"""The optimizer of a run, its learning rate at each update, and the average of the weights."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import tensorflow as tf

from ner.training_config import TrainingConfig


def make_optimizer(config: TrainingConfig) -> keras.optimizers.Optimizer:
    """Adam; the learning rate is set at every update.

    With `weight_decay` it is AdamW (Loshchilov and Hutter 2019, https://arxiv.org/abs/1711.05101), which takes the
    share learning rate x decay from every weight at each update, biases excepted. With `mixed_float16` the loss is
    scaled, gradients are unscaled, and an update whose gradients overflow is left out. The gradients that it is given
    must be the sums over all replicas already, and clipped (`clipping_factor`).
    """
    if config.weight_decay:
        adam = _of_sums(AdamW)(config.learning_rate, weight_decay=config.weight_decay, name="adam")
        adam.exclude_from_weight_decay(var_names=["bias"])
    else:
        adam = _of_sums(Adam)(config.learning_rate, name="adam")
    scaled = config.precision == "mixed_float16"
    return keras.optimizers.LossScaleOptimizer(adam, name="loss_scale") if scaled else adam


def clipping_factor(norm: tf.Tensor, clip_norm: float) -> tf.Tensor:
    """What a gradient of this `norm`, float32 [], is multiplied by to have `clip_norm` at most; 0 does not clip.

    Of the whole gradient: Pascanu et al. 2013, https://arxiv.org/abs/1211.5063.
    """
    return clip_norm / tf.maximum(norm, clip_norm) if clip_norm else tf.ones_like(norm)


class _FusedUpdate:
    """Adam's update by TensorFlow's one op for each weight, where Keras makes it of about twenty.

    The arithmetic and the state are Keras'. A small model on a GPU is bound by the number of ops, and a large table on
    a CPU by how often memory is read: 131,072 rows of 64 take half the time. Gradients must be dense.
    """

    def update_step(self: Any, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Updates one weight and its two moments."""
        index = self._get_variable_index(variable)
        updates = tf.cast(self.iterations + 1, tf.float32)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(self.beta_1, updates),
            beta2_power=tf.pow(self.beta_2, updates),
            lr=learning_rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )

    def moments(self: Any, variable: keras.Variable) -> tuple[tf.Variable, tf.Variable]:
        """The first and the second moment of a weight, for those that another class updates."""
        index = self._get_variable_index(variable)
        return self._momentums[index].value, self._velocities[index].value


class Adam(_FusedUpdate, keras.optimizers.Adam):
    """`keras.optimizers.Adam` with a fused update."""


class AdamW(_FusedUpdate, keras.optimizers.AdamW):
    """`keras.optimizers.AdamW` with a fused update."""


def _of_sums(optimizer: type) -> type:
    """The class `optimizer`, but for gradients that were summed over the replicas before.

    Keras 3 sums them after it has looked for overflows in its own part only: a replica that overflows alone would wait
    for the others for ever, or, unnoticed, make infinite weights.
    """

    class OfSums(optimizer):
        def _all_reduce_sum_gradients(self, grads_and_vars):  # type: ignore[no-untyped-def]
            return list(grads_and_vars)

    OfSums.__name__ = optimizer.__name__
    return OfSums


class WeightAverage(tf.Module):
    """An exponential moving average of weights (Polyak and Juditsky 1992), which is often better than the last ones.

    Each update keeps the share `decay` of the average, but at most n / (n + 9) at update n, so that the first ones,
    which know little, are soon forgotten (as in tf.train.ExponentialMovingAverage).
    """

    def __init__(self, weights: list[keras.Variable], decay: float) -> None:
        super().__init__()
        self.decay = decay
        self._weights = weights
        same = tf.VariableAggregation.ONLY_FIRST_REPLICA
        self._averages = [tf.Variable(weight.value, trainable=False, aggregation=same) for weight in weights]

    def restart(self) -> None:
        """Sets the averages to the weights."""
        for average, weight in zip(self._averages, self._weights, strict=True):
            average.assign(weight.value)

    def share_taken(self, updates: tf.Tensor) -> tf.Tensor:
        """What the average takes of the weights as they are after `updates` updates, float32 []."""
        done = tf.cast(updates, tf.float32)
        return 1 - tf.minimum(self.decay, done / (done + 9))

    def update(self, updates: tf.Tensor, weights: Sequence[keras.Variable]) -> None:
        """Moves the averages of `weights` towards what these are after `updates` updates."""
        taken, averages = self.share_taken(updates), self.variables_by_name()
        for weight in weights:
            averages[weight.path].assign_sub(taken * (averages[weight.path] - weight.value))

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Context manager in which the weights are the averages; afterwards they are restored, bit for bit."""
        kept = [tf.identity(weight.value) for weight in self._weights]
        try:
            for average, weight in zip(self._averages, self._weights, strict=True):
                weight.assign(average)
            yield
        finally:
            for value, weight in zip(kept, self._weights, strict=True):
                weight.assign(value)

    def variables_by_name(self) -> dict[str, tf.Variable]:
        """The averages by the path of their weight: what a checkpoint keeps."""
        return {weight.path: average for weight, average in zip(self._weights, self._averages, strict=True)}


def learning_rate(config: TrainingConfig, step: int | tf.Tensor, done: float | tf.Tensor) -> tf.Tensor:
    """The learning rate of update `step` (from 0), before which the share `done` of the run's sentences was seen.

    It rises linearly over `warmup_steps` updates, from above 0 at the first. It is multiplied by the decay: `constant`,
    or falling to 0 at the end, `linear` or as half a cosine (`cosine`; Loshchilov and Hutter 2017). The share
    is one of sentences, because the number of batches is not known beforehand where they are limited by characters.

    float32 [], computed in float64 on the host, so that it is the same inside and outside of a graph.
    """
    with tf.device("/CPU:0"):
        step, done = tf.cast(step, tf.float64), tf.cast(done, tf.float64)
        warmup = tf.minimum(tf.constant(1.0, tf.float64), (step + 1) / max(1, config.warmup_steps))
        decay = {
            "constant": tf.ones_like,
            "linear": lambda share: 1 - share,
            "cosine": lambda share: (1 + tf.cos(math.pi * share)) / 2,
        }[config.schedule](done)
        return tf.cast(config.learning_rate * warmup * decay, tf.float32)
