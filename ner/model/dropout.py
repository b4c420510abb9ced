"""Dropout that does not depend on how devices share a batch: a row loses the same values wherever it is computed.

Philox (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") makes number i of a stream from the seed and
i alone, four at a time, so that the numbers of some rows can be made without those of the rows before them.
"""

import tensorflow as tf

_NUMBERS_PER_COUNTER = 4
_PHILOX = 1  # its number among TensorFlow's algorithms
_MEMBERS = -1000  # below all streams


class RowDropout:
    """Random masks for some rows of a training batch.

    `seed` int32 [2] belongs to the whole batch. `row_offset` int32 [] is the number of the first of these rows in it,
    and `padded_length` int32 [] the length in characters that the whole batch is padded to. What is dropped by one
    layer is named by a `stream`, any integer: two layers with the same stream drop the same values.

    Random numbers are float32 under every dtype policy: bfloat16 has 8 bits, and would turn a rate of 0.02 into 0.0235.
    """

    active = True

    def __init__(self, seed: tf.Tensor, row_offset: tf.Tensor, padded_length: tf.Tensor) -> None:
        self._seed = seed
        self._row_offset = row_offset
        self._padded_length = padded_length

    def of_member(self, index: int) -> "RowDropout":
        """The dropout of a member of an ensemble, counted from 0: that of the first one is this one, all differ."""
        if not index:
            return self
        with tf.device("/CPU:0"):
            seed = tf.random.experimental.stateless_fold_in(self._seed, _MEMBERS - index)
        return RowDropout(seed, self._row_offset, self._padded_length)

    def uniforms(self, stream: int, rows_and_steps: tf.Tensor, features: int = 1) -> tf.Tensor:
        """Uniform numbers from 0 to below 1, float32 [B, T, features], for `rows_and_steps` int32 [2]: B and T.

        T is at most `padded_length`: characters, or words, of which there are never more.
        """
        rows, steps = tf.unstack(rows_and_steps)
        return self._uniforms(stream, rows, self._padded_length, features)[:, :steps]

    def row_uniforms(self, stream: int, rows: tf.Tensor, features: int) -> tf.Tensor:
        """Uniform numbers that all characters of a row share, float32 [B, 1, features]."""
        return self._uniforms(stream, rows, tf.constant(1), features)

    def __call__(self, x: tf.Tensor, rate: float, stream: int) -> tf.Tensor:
        """`x` float [B, T, F] with the share `rate` of its values set to 0 and the others scaled to keep the mean."""
        if not rate:
            return x
        return _drop(x, rate, self.uniforms(stream, tf.shape(x)[:2], x.shape[2]))

    def locked(self, x: tf.Tensor, rate: float, stream: int) -> tf.Tensor:
        """The same with one mask for all characters of a row.

        Variational dropout: Gal and Ghahramani 2016, https://arxiv.org/abs/1512.05287.
        """
        if not rate:
            return x
        return _drop(x, rate, self.row_uniforms(stream, tf.shape(x)[0], x.shape[2]))

    def _uniforms(self, stream: int, rows: tf.Tensor, steps: tf.Tensor, features: int) -> tf.Tensor:
        counters_per_step = -(-features // _NUMBERS_PER_COUNTER)
        with tf.device("/CPU:0"):  # a GPU would fold the seed itself, and the host wait for it to read the result
            seed = tf.random.experimental.stateless_fold_in(self._seed, stream)
            key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=seed)
            skipped = tf.cast(self._row_offset, tf.int64) * tf.cast(steps, tf.int64) * counters_per_step
            counter += tf.cast(tf.stack([skipped, 0]), tf.uint64)
        shape = [rows, steps, _NUMBERS_PER_COUNTER * counters_per_step]
        numbers = tf.raw_ops.StatelessRandomUniformV2(
            shape=shape, key=key, counter=counter, alg=_PHILOX, dtype=tf.float32
        )
        return numbers[:, :, :features]


class NoDropout:
    """What takes the place of `RowDropout` outside training: nothing is dropped."""

    active = False

    def of_member(self, index: int) -> "NoDropout":
        """Itself."""
        return self

    def __call__(self, x: tf.Tensor, rate: float, stream: int) -> tf.Tensor:
        """`x` itself."""
        return x

    def locked(self, x: tf.Tensor, rate: float, stream: int) -> tf.Tensor:
        """`x` itself."""
        return x


Dropout = RowDropout | NoDropout
NO_DROPOUT = NoDropout()


def _drop(x: tf.Tensor, rate: float, uniforms: tf.Tensor) -> tf.Tensor:
    return tf.where(uniforms >= rate, x * tf.cast(1 / (1 - rate), x.dtype), tf.zeros([], x.dtype))
