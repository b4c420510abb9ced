"""Characters, words, characters: two levels of LSTMs over characters and hashed n-grams.

One bidirectional LSTM reads the characters. Each word is what that LSTM knows at its two ends, the mean of its n-grams'
embeddings, and those at its last character, its suffixes; and its vector, if word vectors are given. Further
bidirectional LSTMs read the words, a sixth of the steps, and their states are given back to every character of the word
(Lample et al. 2016, https://arxiv.org/abs/1603.01360, has both levels for words).
"""

from collections.abc import Iterator, Sequence

import keras
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.dropout import NO_DROPOUT, Dropout
from ner.model.encoders.base import Embeddings, Encoder, num_real
from ner.model.encoders.lstm import LSTM
from ner.model.encoders.ngrams import NgramEmbedding, word_hashes
from ner.model.encoders.recurrent import both_ways
from ner.model.words import Words
from ner.text.vocabulary import Vocabulary


class HierarchicalEncoder(Encoder):
    """`lstm_layers` layers over characters and `word_layers` over words, all bidirectional."""

    def __init__(self, config: ModelConfig, vocabulary: Vocabulary, seeds: Iterator[int], precision: str) -> None:
        super().__init__(config, vocabulary, seeds, precision)
        self.ngrams = NgramEmbedding(vocabulary.codes, config.ngram_size, config.ngram_rows, seeds, precision)

        def pairs(units: int, layers: int, prefix: str) -> list[tuple[LSTM, LSTM]]:
            def layer(name: str) -> LSTM:
                return LSTM.seeded(units, seeds, precision, name)

            return [(layer(f"{prefix}forward_{i}"), layer(f"{prefix}backward_{i}")) for i in range(layers)]

        self.char_layers = pairs(config.lstm_units, config.lstm_layers, "")
        self.word_layers = pairs(config.word_units, config.word_layers, "word_")

    def describe(self) -> str:
        """What it is made of, in a few words."""
        config, table = self.config, self.word_vectors
        return (
            f"bidirectional LSTMs, {config.lstm_layers} x {config.lstm_units} units over characters and "
            f"{config.word_layers} x {config.word_units} over words, embedding {config.embedding_size}, "
            f"n-grams {config.ngram_rows:,} x {config.ngram_size}"
            + (f", word vectors {table.num_words:,} x {table.size}" if table else "")
        )

    def encode(self, char_ids: tf.Tensor, words: Words, dropout: Dropout) -> tf.Tensor:
        """Features [B, T, 2 x lstm_units + 2 x word_units]; those of the word are 0 between words."""
        config = self.config
        ngrams = self.ngrams.look_up(
            char_ids, words, dropout, ngram_dropout=config.ngram_dropout, word_dropout=config.word_dropout
        )
        chars = self.embed(self.drop_characters(char_ids, dropout))
        vectors = self._word_vectors(char_ids, words)
        return self._read(chars, ngrams, vectors, num_real(char_ids), words, dropout)

    def embeddings(self, char_ids: tf.Tensor, words: Words) -> list[Embeddings]:
        """All that is looked up for `char_ids` int32 [B, T]: the character embedding, then each kind of n-gram.

        And, where there are word vectors, these, at the first character of each word.
        """
        found = [*super().embeddings(char_ids, words), *self.ngrams.embeddings(char_ids, words)]
        for vectors in self._word_vectors(char_ids, words):
            _, starts, ends = found[-1]  # of the whole word
            found.append(Embeddings(words.at_first(vectors, tf.shape(char_ids)[1]), starts, ends))
        return found

    def encode_embeddings(self, vectors: Sequence[tf.Tensor], char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """Features of `encode` without dropout, from `vectors`, [B, T, E] each, in the order of `embeddings`."""
        chars, *ngrams = vectors
        word_vectors = [words.first(ngrams.pop())] if self.word_vectors else []
        return self._read(chars, tf.add_n(ngrams), word_vectors, num_real(char_ids), words, NO_DROPOUT)

    def tables(self) -> list[keras.Variable]:
        """The table of n-grams."""
        return [self.ngrams.table.embeddings]

    def table_rows(self, char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """The rows of the n-grams of `char_ids`, int64 [B, T, NUM_KINDS]."""
        return self.ngrams.rows(char_ids, words)

    def word_ngrams(self, char_ids: tf.Tensor, words: Words) -> tuple[tf.Tensor, tf.Tensor]:
        """The n-gram embeddings of each word, [B, W, 2 N], and the row of the whole word, int64 [B, W]."""
        ngrams = self.ngrams.look_up(char_ids, words, NO_DROPOUT, ngram_dropout=0, word_dropout=0)
        rows = self.ngrams.rows(char_ids, words)[..., -1]  # of the whole word, at each of its characters
        return _word_ngrams(ngrams, words), tf.gather(rows, words.starts, batch_dims=1)

    def _word_vectors(self, char_ids: tf.Tensor, words: Words) -> list[tf.Tensor]:
        """The vectors of the words, [B, W, D], in a list, which is empty where there are none."""
        if not self.word_vectors:
            return []
        hashes = word_hashes(tf.gather(tf.constant(self._vocabulary.codes), char_ids), words)
        return [self.word_vectors.look_up(hashes, self.compute_dtype)]

    def _read(
        self,
        chars: tf.Tensor,
        ngrams: tf.Tensor,
        word_vectors: Sequence[tf.Tensor],
        lengths: tf.Tensor,
        words: Words,
        dropout: Dropout,
    ) -> tf.Tensor:
        """Features of embedded characters [B, T, E], the sums of their n-grams [B, T, N], and vectors of words."""
        config = self.config
        chars = tf.concat([chars, ngrams], axis=-1)
        for depth, pair in enumerate(self.char_layers):
            chars = dropout.locked(chars, config.dropout, depth)
            chars = both_ways(*pair, chars, lengths)  # [B, T, 2 U]
        forward, backward = tf.split(chars, 2, axis=-1)
        x = tf.concat([words.last(forward), words.first(backward), _word_ngrams(ngrams, words), *word_vectors], axis=-1)
        x = self._read_words(x, words.num_words(), dropout)
        back = words.spread(x, tf.shape(chars)[1])  # [B, W, 2 V] -> [B, T, 2 V]
        features = tf.concat([chars, back], axis=-1)
        return dropout.locked(features, config.dropout, len(self.char_layers) + len(self.word_layers))

    def _read_words(self, x: tf.Tensor, num_words: tf.Tensor, dropout: Dropout) -> tf.Tensor:
        """States [B, W, 2 V] of the word layers; each but the first adds to what it reads."""
        for depth, pair in enumerate(self.word_layers):
            x = dropout.locked(x, self.config.word_level_dropout, len(self.char_layers) + depth)
            states = both_ways(*pair, x, num_words)
            x = states + x if depth else states
        return x


def _word_ngrams(ngrams: tf.Tensor, words: Words) -> tf.Tensor:
    """The mean of each word's n-grams, and those at its end: of the word and its suffixes. [B, T, N] -> [B, W, 2 N]."""
    mean = words.sums(ngrams) / tf.cast(words.num_chars(), ngrams.dtype)[..., None]
    return tf.concat([mean, words.last(ngrams)], axis=-1)
