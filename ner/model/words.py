"""The words of a batch, and how values move between characters and words.

Everything is a product with a 0/1 matrix [B, W, T]: such products and their gradients are deterministic on every
device, need no scatter kernels and no shape that only the device knows.
"""

from typing import NamedTuple

import tensorflow as tf


class Words(NamedTuple):
    """Where the words of each sentence stand: first character and the one after the last, int32 [B, W]; 0 and 0 pad.

    Positions are compared as int64: TensorFlow compares int32 on the host, also where there is a GPU.
    """

    starts: tf.Tensor
    ends: tf.Tensor

    @classmethod
    def spec(cls) -> "Words":
        """The `tf.TensorSpec`s of a batch of any shape."""
        return cls(tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None, None], tf.int32))

    @property
    def real(self) -> tf.Tensor:
        """Whether there is a word, bool [B, W]."""
        return tf.cast(self.ends, tf.int64) > 0

    def num_words(self) -> tf.Tensor:
        """Number of words of each sentence, int32 [B], in host memory, where cuDNN wants it."""
        with tf.device("/CPU:0"):
            return tf.math.count_nonzero(self.ends, axis=1, dtype=tf.int32)

    def num_chars(self) -> tf.Tensor:
        """Characters of each word, float32 [B, W], 1 where there is none, so that one may divide by it."""
        starts, ends = (tf.cast(positions, tf.float32) for positions in self)
        return tf.maximum(ends - starts, 1.0)

    def membership(self, num_steps: tf.Tensor, dtype: tf.DType = tf.float32) -> tf.Tensor:
        """Which characters stand in which word: 1 or 0, [B, W, T] for T = `num_steps`."""
        steps = _steps(num_steps)
        starts, ends = (tf.cast(positions, tf.int64)[..., None] for positions in self)
        return tf.cast((starts <= steps) & (steps < ends), dtype)

    def inside(self, num_steps: tf.Tensor) -> tf.Tensor:
        """Which characters stand in a word, bool [B, T] for T = `num_steps`."""
        return tf.reduce_sum(self.membership(num_steps), axis=1) > 0

    def sums(self, chars: tf.Tensor) -> tf.Tensor:
        """The sum of `chars` [B, T, F] over the characters of each word, [B, W, F]."""
        return tf.matmul(self.membership(tf.shape(chars)[1], chars.dtype), chars)

    def spread(self, values: tf.Tensor, num_steps: tf.Tensor) -> tf.Tensor:
        """What `values` [B, W, F] has for each character's word, [B, T, F] for T = `num_steps`; 0 outside words."""
        return tf.matmul(self.membership(num_steps, values.dtype), values, transpose_a=True)

    def spread_positions(self, positions: tf.Tensor, num_steps: tf.Tensor) -> tf.Tensor:
        """The number that `positions` [B, W] has for each character's word, int64 [B, T]; 0 outside words.

        A sum, not a matrix product, which a GPU may round to TF32: positions beyond 2,048 would not be exact.
        """
        numbers = tf.cast(positions, tf.float32)[..., None]
        return tf.cast(tf.reduce_sum(self.membership(num_steps) * numbers, axis=1), tf.int64)

    def at_first(self, values: tf.Tensor, num_steps: tf.Tensor) -> tf.Tensor:
        """`values` [B, W, F] at the first character of each word, [B, T, F] for T = `num_steps`; 0 elsewhere."""
        firsts = tf.cast(self.starts, tf.int64)[..., None] == _steps(num_steps)
        return tf.matmul(tf.cast(firsts & self.real[..., None], values.dtype), values, transpose_a=True)

    def first(self, chars: tf.Tensor) -> tf.Tensor:
        """The values of `chars` [B, T, F] at the first character of each word, [B, W, F]; 0 where there is none."""
        return _pick(chars, self.starts, self.real)

    def last(self, chars: tf.Tensor) -> tf.Tensor:
        """The values of `chars` [B, T, F] at the last character of each word, [B, W, F]; 0 where there is none."""
        return _pick(chars, tf.cast(self.ends, tf.int64) - 1, self.real)


def _pick(chars: tf.Tensor, positions: tf.Tensor, real: tf.Tensor) -> tf.Tensor:
    same = tf.cast(positions, tf.int64)[..., None] == _steps(tf.shape(chars)[1])
    one_hot = tf.cast(same & real[..., None], chars.dtype)  # [B, W, T]
    return tf.matmul(one_hot, chars)


def _steps(num_steps: tf.Tensor) -> tf.Tensor:
    """Numbers of characters, int64 [1, 1, T]."""
    return tf.cast(tf.range(num_steps), tf.int64)[None, None]  # a GPU would cast the end of a range of int64
