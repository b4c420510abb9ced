"""Dropout that does not depend on how a batch is shared out: a row loses the same values wherever it is computed.

Philox (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") makes number i of a stream from the seed and
i alone, four at a time, so that the numbers of some rows can be made without those of the rows before them.
"""

import tensorflow as tf

_AT_ONCE = 4  # numbers that a counter of Philox gives
_PHILOX = 1  # its number among TensorFlow's algorithms


def uniforms(
    seed: tf.Tensor, place: tf.Tensor, rows_and_steps: tf.Tensor, features: int, dtype: tf.DType = tf.float32
) -> tf.Tensor:
    """Uniform numbers from 0 to below 1 for some rows of a batch, [B, T, features]; `rows_and_steps` int32 [2]: B, T.

    `seed` int32 [2] belongs to the whole batch; `place` int32 [2] is the number of the first row in it, and the length
    that the whole batch is padded to, at least T.
    """
    (rows, steps), (first, longest) = tf.unstack(rows_and_steps), tf.unstack(place)
    counters = -(-features // _AT_ONCE)  # of a character
    key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=seed)
    passed_over = tf.cast(first, tf.int64) * tf.cast(longest, tf.int64) * counters
    counter += tf.cast(tf.stack([passed_over, 0]), tf.uint64)
    shape = [rows, longest, _AT_ONCE * counters]
    numbers = tf.raw_ops.StatelessRandomUniformV2(shape=shape, key=key, counter=counter, alg=_PHILOX, dtype=dtype)
    return numbers[:, :steps, :features]


def dropout(x: tf.Tensor, rate: float, seed: tf.Tensor, place: tf.Tensor) -> tf.Tensor:
    """`x` float [B, T, E] with the share `rate` of its values set to 0 and the others raised to keep the mean.

    `seed` and `place` as for `uniforms`.
    """
    kept = uniforms(seed, place, tf.shape(x)[:2], x.shape[2], x.dtype) >= tf.cast(rate, x.dtype)
    return tf.where(kept, x * tf.cast(1 / (1 - rate), x.dtype), tf.zeros([], x.dtype))
