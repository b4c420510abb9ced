"""A stack of recurrent layers over characters, in one or both directions; which kind of layer, its subclasses say.

No mask enters a layer, so that the cuDNN kernel always applies: padding stands on the right, where it cannot reach a
forward layer's real characters, and a backward layer reads each sentence reversed within its own length.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import keras
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.dropout import NO_DROPOUT, Dropout
from ner.model.encoders.base import Encoder, num_real
from ner.model.words import Words
from ner.text.vocabulary import Vocabulary


class RecurrentEncoder(Encoder):
    """`lstm_layers` layers of `lstm_units` units in each direction, with dropout before each and after the last."""

    kind = "recurrent"

    def __init__(self, config: ModelConfig, vocabulary: Vocabulary, seeds: Iterator[int], precision: str) -> None:
        super().__init__(config, vocabulary, seeds, precision)
        self.forward_layers = [
            self.make_layer(config.lstm_units, seeds, precision, f"forward_{i}") for i in range(config.lstm_layers)
        ]
        self.backward_layers = [
            self.make_layer(config.lstm_units, seeds, precision, f"backward_{i}")
            for i in range(config.lstm_layers * config.bidirectional)
        ]

    @staticmethod
    def make_layer(units: int, seeds: Iterator[int], precision: str, name: str) -> keras.layers.Layer:
        """A layer from [B, T, F] to [B, T, units]."""
        raise NotImplementedError

    def describe(self) -> str:
        """What it is made of, in a few words."""
        config = self.config
        kind = f"bidirectional {self.kind}" if config.bidirectional else self.kind
        return f"{kind}, {config.lstm_layers} x {config.lstm_units} units, embedding {config.embedding_size}"

    def encode(self, char_ids: tf.Tensor, words: Words, dropout: Dropout) -> tf.Tensor:
        """Features [B, T, F]: the states of both directions side by side."""
        return self._read_layers(self.drop_characters(char_ids, dropout), num_real(char_ids), dropout)

    def encode_embeddings(self, vectors: Sequence[tf.Tensor], char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """Features of `encode` without dropout, from the embeddings [B, T, E] of the characters."""
        return self._read_layers(vectors[0], num_real(char_ids), NO_DROPOUT)

    def _read_layers(self, x: tf.Tensor, lengths: tf.Tensor, dropout: Dropout) -> tf.Tensor:
        """Features of `x`: ids int32 [B, T], until something is dropped or read, or values [B, T, E]."""
        for depth, forward in enumerate(self.forward_layers):
            x = self._drop(x, depth, dropout)
            if self.config.bidirectional:
                pair = partial(self.read, forward), partial(self.read, self.backward_layers[depth])
                x = both_ways(*pair, x, lengths)  # [B, T, 2 U]
            else:
                x = self.read(forward, x)  # [B, T, U]
        return self._drop(x, self.config.lstm_layers, dropout)

    def read(self, layer: keras.layers.Layer, x: tf.Tensor) -> tf.Tensor:
        """The states [B, T, U] of a layer that reads `x`: ids int32 [B, T] or values [B, T, F]."""
        return layer(self.embed(x) if x.dtype == tf.int32 else x)

    def _drop(self, x: tf.Tensor, depth: int, dropout: Dropout) -> tf.Tensor:
        if not dropout.active or not self.config.dropout:
            return x
        return dropout(self.embed(x) if x.dtype == tf.int32 else x, self.config.dropout, depth)


def both_ways(
    forward: Callable[[tf.Tensor], tf.Tensor],
    backward: Callable[[tf.Tensor], tf.Tensor],
    x: tf.Tensor,
    lengths: tf.Tensor,
) -> tf.Tensor:
    """The states [B, T, 2 U] of two layers that read `x` [B, T, ...]; `backward` reads each row from its own end.

    `lengths` int32 [B] in host memory.
    """
    return tf.concat([forward(x), reverse(backward(reverse(x, lengths)), lengths)], axis=-1)


def reverse(x: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """`x` [B, T, ...] with the first `lengths` int32 [B] steps of each row in reverse order."""
    return tf.reverse_sequence(x, lengths, seq_axis=1)
