"""The LSTM encoder, whose layer is Keras' own on a GPU and a faster computation of the same on a CPU."""

from collections.abc import Iterator

import keras
import tensorflow as tf

from ner.model.encoders.recurrence import hidden_states
from ner.model.encoders.recurrent import RecurrentEncoder


class LSTM(keras.layers.LSTM):
    """`keras.layers.LSTM(units, return_sequences=True)`: the same variables, results and gradients.

    On a GPU, where it runs cuDNN's kernel, and with a mask or an initial state, it is the Keras layer.
    """

    def __init__(self, units: int, **options: object) -> None:
        super().__init__(units, return_sequences=True, **options)

    @classmethod
    def seeded(cls, units: int, seeds: Iterator[int], precision: str, name: str) -> "LSTM":
        """A layer whose first weights depend on the next two `seeds` alone; `precision` is a Keras dtype policy."""
        return cls(
            units,
            kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
            recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
            dtype=precision,
            name=name,
        )

    def call(
        self,
        sequences: tf.Tensor,
        initial_state: list[tf.Tensor] | None = None,
        mask: tf.Tensor | None = None,
        training: bool = False,
    ) -> tf.Tensor:
        """Hidden states [B, T, units] of `sequences` [B, T, features], in the layer's compute dtype."""
        if initial_state is not None or mask is not None or _on_gpu():
            return super().call(sequences, initial_state, mask, training)
        kernel, recurrent_kernel, bias = self._weights()
        weights = tf.concat([kernel, bias[None], recurrent_kernel], axis=0)
        return _batch_first(hidden_states(tf.transpose(sequences, [1, 2, 0]), weights))

    def of_characters(self, char_ids: tf.Tensor, embedding: keras.layers.Embedding) -> tf.Tensor:
        """Hidden states [B, T, units] of the embeddings of `char_ids` int32 [B, T], as `self(embedding(char_ids))`.

        With an alphabet that is small beside its embeddings, each character's share of the gates is computed once, not
        at each of its places: row i of `embeddings @ kernel + bias`, picked by a product with one-hot columns, which
        also adds up its gradient. That is 2 x characters of work a place instead of 3 x embedding size.
        """
        characters, size = embedding.input_dim, embedding.output_dim
        if not self.built or _on_gpu() or 2 * characters > 3 * size:
            return self(embedding(tf.cast(char_ids, tf.int64)))
        embeddings = tf.cast(embedding.embeddings, self.compute_dtype)
        kernel, recurrent_kernel, bias = self._weights()
        weights = tf.concat([tf.matmul(embeddings, kernel), bias[None], recurrent_kernel], axis=0)
        # As floats, which are exact here: oneDNN reports an error where it is to transpose integers without AVX-512.
        time_major = tf.cast(tf.transpose(tf.cast(char_ids, tf.float32)), tf.int32)
        one_hot = tf.one_hot(time_major, characters, axis=1, dtype=weights.dtype)  # [T, V, B]
        return _batch_first(hidden_states(one_hot, weights, differentiate_inputs=False))

    def _weights(self) -> list[tf.Tensor]:
        """Kernel [F, 4 U], recurrent kernel [U, 4 U] and bias [4 U] in the compute dtype."""
        variables = self.cell.kernel, self.cell.recurrent_kernel, self.cell.bias
        return [tf.cast(variable, self.compute_dtype) for variable in variables]


class LSTMEncoder(RecurrentEncoder):
    """LSTM layers (Hochreiter and Schmidhuber 1997) over characters; the first one may read ids by a table of gates."""

    kind = "LSTM"

    @staticmethod
    def make_layer(units: int, seeds: Iterator[int], precision: str, name: str) -> keras.layers.Layer:
        """An LSTM from [B, T, F] to [B, T, units]."""
        return LSTM.seeded(units, seeds, precision, name)

    def read(self, layer: keras.layers.Layer, x: tf.Tensor) -> tf.Tensor:
        """The states [B, T, U] of a layer that reads `x`: ids int32 [B, T] or values [B, T, F]."""
        return layer.of_characters(x, self.embedding) if x.dtype == tf.int32 else layer(x)


def _batch_first(hidden: tf.Tensor) -> tf.Tensor:
    return tf.transpose(hidden, [2, 0, 1])  # [T, U, B] -> [B, T, U]


def _on_gpu() -> bool:
    return bool(tf.config.list_logical_devices("GPU"))
