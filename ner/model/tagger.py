"""The character tagger: embedding, LSTM layers in one or both directions, one score a label."""

import hashlib
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.dropout import dropout, uniforms
from ner.model.encoders.lstm import LSTM
from ner.text.vocabulary import PADDING, UNKNOWN


class Tagger(keras.Model):
    """Maps character ids to label scores.

    No mask enters the LSTMs, so that the cuDNN kernel always applies: padding stands on the right, where it cannot
    reach a forward layer's real characters, and a backward layer reads each sentence reversed within its own length.

    Weights depend on `seed` alone; dropout on the seed of each call. `precision` is a Keras dtype policy; variables and
    logits are float32 under every policy.
    """

    def __init__(
        self, config: ModelConfig, num_chars: int, num_labels: int, *, precision: str = "float32", seed: int = 0
    ) -> None:
        super().__init__(name="tagger", dtype="float32")
        self.config = config
        self.num_labels = num_labels
        seeds = iter(range(1000 * seed, 1000 * (seed + 1)))

        def lstm(name: str) -> LSTM:
            return LSTM(
                config.lstm_units,
                kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
                recurrent_initializer=keras.initializers.Orthogonal(seed=next(seeds)),
                dtype=precision,
                name=name,
            )

        self.embedding = keras.layers.Embedding(
            num_chars,
            config.embedding_size,
            keras.initializers.RandomUniform(-0.05, 0.05, next(seeds)),
            dtype=precision,
            name="embedding",
        )
        self.forward_layers = [lstm(f"forward_{i}") for i in range(config.lstm_layers)]
        self.backward_layers = [lstm(f"backward_{i}") for i in range(config.lstm_layers * config.bidirectional)]
        self.head = keras.layers.Dense(
            num_labels + config.padding_output,
            kernel_initializer=keras.initializers.GlorotUniform(next(seeds)),
            dtype="float32",
            name="head",
        )
        self(tf.zeros([1, 1], tf.int32))  # makes the variables

    def call(
        self, char_ids: tf.Tensor, dropout_seed: tf.Tensor | None = None, place: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Logits float32 [B, T, outputs] for `char_ids` int32 [B, T], 0 at padding.

        `dropout_seed` int32 [2] is given in training only; the same seed drops the same values. Where these are some
        rows of a batch that several devices share, `place` int32 [2] says which (see `ner.model.dropout`).
        """
        place = tf.stack([0, tf.shape(char_ids)[1]]) if place is None else place
        lengths = tf.reduce_sum(tf.cast(char_ids != PADDING, tf.int32), axis=1)  # [B]
        x = self._with_unknowns(char_ids, dropout_seed, place)  # ids [B, T], until something is dropped or read
        for depth, forward in enumerate(self.forward_layers):
            x = self._drop(x, depth, dropout_seed, place)
            if self.config.bidirectional:
                reverse = self._read(self.backward_layers[depth], tf.reverse_sequence(x, lengths, seq_axis=1))
                reverse = tf.reverse_sequence(reverse, lengths, seq_axis=1)
                x = tf.concat([self._read(forward, x), reverse], axis=-1)  # [B, T, 2 U]
            else:
                x = self._read(forward, x)  # [B, T, U]
        return self.head(self._drop(x, self.config.lstm_layers, dropout_seed, place))

    def log_probs(self, char_ids: tf.Tensor) -> tf.Tensor:
        """Log-probabilities of the labels, float32 [B, T, C], without the padding output."""
        return tf.nn.log_softmax(self(char_ids)[..., : self.num_labels])

    def traced_log_probs(self) -> Callable[[tf.Tensor], tf.Tensor]:
        """`log_probs` as a graph that is traced once for batches of every shape."""
        return tf.function(self.log_probs, input_signature=[tf.TensorSpec([None, None], tf.int32)], jit_compile=False)

    def weights_by_name(self) -> dict[str, np.ndarray]:
        """Every weight, float32, by its path in the model."""
        return {variable.path: variable.numpy() for variable in self.trainable_variables}

    def set_weights_by_name(self, weights: dict[str, np.ndarray]) -> None:
        """Sets what `weights_by_name` returned. Raises ValueError on other names or shapes."""
        own = {variable.path: variable for variable in self.trainable_variables}
        if own.keys() != weights.keys():
            raise ValueError(
                f"weights {sorted(own.keys() ^ weights.keys())} are not in both the model and the checkpoint"
            )
        for name, variable in own.items():
            variable.assign(weights[name])

    def weights_sha256(self) -> str:
        """A hash of all weights: equal only where every bit is."""
        digest = hashlib.sha256()
        for name, value in sorted(self.weights_by_name().items()):
            digest.update(name.encode() + value.tobytes())
        return digest.hexdigest()

    def _with_unknowns(self, char_ids: tf.Tensor, seed: tf.Tensor | None, place: tf.Tensor) -> tf.Tensor:
        """Replaces a share of the characters by the unknown one, which training text has none of."""
        if seed is None or not self.config.char_dropout:
            return char_ids
        drawn = uniforms(_fold(seed, -1), place, tf.shape(char_ids), features=1)[..., 0]
        return tf.where((drawn < self.config.char_dropout) & (char_ids != PADDING), UNKNOWN, char_ids)

    def _read(self, layer: LSTM, x: tf.Tensor) -> tf.Tensor:
        return layer.of_characters(x, self.embedding) if x.dtype == tf.int32 else layer(x)

    def _drop(self, x: tf.Tensor, depth: int, seed: tf.Tensor | None, place: tf.Tensor) -> tf.Tensor:
        if seed is None or not self.config.dropout:
            return x
        if x.dtype == tf.int32:
            x = self.embedding(x)  # [B, T] -> [B, T, E]
        return dropout(x, self.config.dropout, _fold(seed, depth), place)


def _fold(seed: tf.Tensor, number: int) -> tf.Tensor:
    return tf.random.experimental.stateless_fold_in(seed, number)
