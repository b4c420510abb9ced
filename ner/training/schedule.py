"""Learning rate as a function of the step: linear warm-up, then constant, linear or cosine decay to zero."""

import math

import keras
import tensorflow as tf


class Schedule(keras.optimizers.schedules.LearningRateSchedule):
    """The learning rate of each optimizer update, counted from 0.

    It rises linearly to `peak` over `warmup_steps` updates, the first of which already moves. Then it stays
    (`constant`), or falls to 0 at `total_steps` in a line (`linear`) or as half a cosine (`cosine`; Loshchilov and
    Hutter 2017). Past `total_steps` it is what it was there.
    """

    def __init__(self, kind: str, peak: float, warmup_steps: int, total_steps: int) -> None:
        self.kind = kind
        self.peak = peak
        self.warmup_steps = warmup_steps
        self.total_steps = total_steps

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """The rate at update `step`, a float32 scalar."""
        step = tf.cast(step, tf.float32)
        warmup = tf.minimum(1.0, (step + 1) / max(1, self.warmup_steps))
        progress = tf.clip_by_value((step - self.warmup_steps) / max(1, self.total_steps - self.warmup_steps), 0.0, 1.0)
        if self.kind == "linear":
            decay = 1 - progress
        elif self.kind == "cosine":
            decay = (1 + tf.cos(math.pi * progress)) / 2
        else:
            decay = tf.ones_like(progress)
        return self.peak * warmup * decay
