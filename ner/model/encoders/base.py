"""What every encoder has: a character embedding, and `encode` from characters to features."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import keras
import tensorflow as tf

from ner.config import ModelConfig
from ner.errors import InputError
from ner.model.dropout import Dropout, RowDropout
from ner.model.encoders.word_vector_table import WordVectorTable
from ner.model.transfer import Axes, Axis
from ner.model.words import Words
from ner.text.vocabulary import PADDING, UNKNOWN, Vocabulary

_CHAR_DROPOUT_STREAM = -1


class Embeddings(NamedTuple):
    """One vector for each character, [B, T, E], and the characters that it is of: `starts` to `ends`, int64 [B, T]."""

    vectors: tf.Tensor
    starts: tf.Tensor
    ends: tf.Tensor


class Encoder(keras.layers.Layer):
    """Characters to features, by `encode`. A subclass makes its layers in `__init__` and implements `encode`.

    Predictions can be explained where it also implements `encode_embeddings`.

    `vocabulary` says which characters ids stand for. Only the rows of the embedding may depend on ids, so that they can
    move to a tagger with another vocabulary. Each layer is given a `name`, by which checkpoints know its weights; the
    next of `seeds` for each initializer; and `precision`, a Keras dtype policy. All weights are trained ones.

    `word_vectors` is the table of `--word_vectors`, or None; `ModelConfig` says which encoders read it.
    """

    def __init__(self, config: ModelConfig, vocabulary: Vocabulary, seeds: Iterator[int], precision: str) -> None:
        super().__init__(name="encoder", dtype=precision)
        self.word_vectors: WordVectorTable | None = None  # set by the network, before the first call
        self.config = config
        self._vocabulary = vocabulary
        self.embedding = keras.layers.Embedding(
            len(vocabulary),
            config.embedding_size,
            keras.initializers.RandomUniform(-0.05, 0.05, next(seeds)),
            dtype=precision,
            name="embedding",
        )
        self.built = True  # `encode` takes the place of `call`; its layers make their variables when first used

    def encode(self, char_ids: tf.Tensor, words: Words, dropout: Dropout) -> tf.Tensor:
        """Features [B, T, F] in the compute dtype for `char_ids` int32 [B, T], 0 at padding, which is on the right.

        The features of a real character must not depend on how much padding there is, nor without
        `config.bidirectional` on later characters; an encoder that cannot do so is refused in `ModelConfig`.

        `drop_characters` comes first, and `dropout` drops `config.dropout` of the features that are returned: at each
        place with a `stream` of its own, 0 or more. Keras' own dropout layers drop nothing here.
        """
        raise NotImplementedError

    def embeddings(self, char_ids: tf.Tensor, words: Words) -> list[Embeddings]:
        """All that is looked up for `char_ids` int32 [B, T]; here the character embedding alone."""
        positions = positions_of(char_ids)
        return [Embeddings(self.embed(char_ids), positions, positions + 1)]

    def encode_embeddings(self, vectors: Sequence[tf.Tensor], char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """Features of `encode` without dropout, from `vectors`, [B, T, E] each, in the order of `embeddings`.

        Raises `InputError` where an encoder has none.
        """
        raise InputError(
            f"{type(self).__name__} has no encode_embeddings, which explanations need; leave --explain out"
        )

    def tables(self) -> list[keras.Variable]:
        """Weights of which a batch reads the rows `table_rows` alone, by `tf.gather`; by default none.

        All have the same number of rows. The cost of an update on a CPU does not depend on it.
        """
        return []

    def table_rows(self, char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """The rows of `tables` that `encode` reads, int64, of any shape; they may repeat."""
        raise NotImplementedError

    def word_ngrams(self, char_ids: tf.Tensor, words: Words) -> tuple[tf.Tensor, tf.Tensor]:
        """An embedding of each word by its n-grams, [B, W, F], and the row of the whole word, int64 [B, W].

        `ModelConfig` says which encoders have them. Raises `InputError` where an encoder has none.
        """
        raise InputError(f"{type(self).__name__} has no word_ngrams, which --head=masked_words needs")

    def embed(self, char_ids: tf.Tensor) -> tf.Tensor:
        """Embeddings [B, T, E] of `char_ids` int32 [B, T]."""
        # As int64: what TensorFlow makes of int32 on the way, it makes on the host, and a GPU's step waits for it.
        return self.embedding(tf.cast(char_ids, tf.int64))

    def describe(self) -> str:
        """What it is made of, in a few words; here the name of the class."""
        return type(self).__name__

    def axes(self) -> dict[str, Axes]:
        """What the indices of weights stand for, by the weights' paths; here the rows of the character embedding."""
        characters = Axis("character", ("padding", "unknown", *map(repr, self._vocabulary.characters)))
        return {self.embedding.embeddings.path: (characters, None)}

    def drop_characters(self, char_ids: tf.Tensor, dropout: Dropout) -> tf.Tensor:
        """`char_ids` with the share `char_dropout` replaced by the unknown character, which no training text has."""
        if not isinstance(dropout, RowDropout) or not self.config.char_dropout:
            return char_ids
        uniforms = dropout.uniforms(_CHAR_DROPOUT_STREAM, tf.shape(char_ids))[..., 0]
        return tf.where((uniforms < self.config.char_dropout) & (char_ids != PADDING), UNKNOWN, char_ids)


def num_real(char_ids: tf.Tensor) -> tf.Tensor:
    """Real characters of each sentence, int32 [B], in host memory, where cuDNN wants it."""
    with tf.device("/CPU:0"):
        return tf.math.count_nonzero(char_ids != PADDING, axis=1, dtype=tf.int32)


def positions_of(char_ids: tf.Tensor) -> tf.Tensor:
    """Number of each character in its row, int64 [B, T]."""
    steps = tf.cast(tf.range(tf.shape(char_ids)[1]), tf.int64)
    return tf.zeros_like(char_ids, tf.int64) + steps
