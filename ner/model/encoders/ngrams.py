"""Hashed character n-grams: a memory for strings that needs no list of strings.

At each character one looks up the 2- to 5-gram that ends there, the word's beginning up to it, and the whole word
around it, and adds up their embeddings. All share one table, whose row is a hash of the string (Svenstrup et al. 2017,
https://arxiv.org/abs/1709.03933; of n-grams: Bojanowski et al. 2017, https://arxiv.org/abs/1607.04606).

A string is hashed by the code points of its characters, not by their ids: taggers with different vocabularies share
rows, and the table can move from one to the other.

Hashes are int64 and made of additions, products, shifts and comparisons of neighbouring characters alone, which have
kernels on a GPU (int32 arithmetic has none there: TensorFlow keeps it on the host). Products wrap around.
"""

from collections.abc import Iterator

import keras
import numpy as np
import tensorflow as tf

from ner.model.dropout import Dropout, RowDropout
from ner.model.encoders.base import Embeddings, positions_of
from ner.model.words import Words
from ner.text.word_hashes import LONGEST_WORD, MULTIPLIER, wrapped

ORDERS = (2, 3, 4, 5)  # of the n-grams
NUM_KINDS = len(ORDERS) + 2  # beside them the word's beginning and the whole word
SHIFT = 40  # of a mixed hash, to its highest bits
_NGRAM_STREAM, _WORD_STREAM = -2, -3


def ngram_hashes(codes: tf.Tensor, words: Words, num_rows: int) -> tf.Tensor:
    """Rows of the table for each character, int64 [B, T, NUM_KINDS] from 0 to below `num_rows`, a power of 2.

    `codes` int64 [B, T] says which characters stand there (`Vocabulary.codes`). The last two kinds are row 0 at
    characters outside words, such as spaces.
    """
    codes += 1  # 0 stands before the sentence
    steps = tf.shape(codes)[1]
    inside = words.inside(steps)
    rolling, kinds = codes, []
    for order in range(2, ORDERS[-1] + 1):
        rolling = rolling * MULTIPLIER + _shifted(codes, order - 1)
        if order in ORDERS:
            kinds.append(_row(rolling, order, num_rows))
    prefix = _prefix_hash(codes, words)
    last = words.spread_positions(tf.cast(words.ends, tf.float32) - 1, steps)  # of each character's word
    whole = tf.gather(prefix, last, batch_dims=1)
    for kind, hashes in ((0, prefix), (1, whole)):
        kinds.append(tf.where(inside, _row(hashes, kind, num_rows), tf.zeros([], tf.int64)))
    return tf.stack(kinds, axis=-1)


def word_hashes(codes: tf.Tensor, words: Words) -> tf.Tensor:
    """The hash of each word, int64 [B, W], as `ner.text.word_hashes` has it, for `codes` int64 [B, T]."""
    last = tf.maximum(tf.cast(words.ends, tf.int64) - 1, 0)
    return tf.gather(_prefix_hash(codes + 1, words), last, batch_dims=1)


def ngram_ranges(words: Words, char_ids: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """First character and the one after the last of the string behind each row of `ngram_hashes`: int64 [B, T, KINDS].

    What stands before the sentence is left out, and so are the characters of a long word that its hash does not depend
    on. Outside words, where the last two kinds are of no string, it is the character itself.
    """
    steps = tf.shape(char_ids)[1]
    positions = positions_of(char_ids)
    inside = words.inside(steps)
    starts = tf.where(inside, words.spread_positions(words.starts, steps), positions)
    ends = tf.where(inside, words.spread_positions(words.ends, steps), positions + 1)
    firsts = [tf.maximum(positions + 1 - order, 0) for order in ORDERS]
    prefix, whole = (tf.maximum(starts, end - LONGEST_WORD) for end in (positions + 1, ends))
    return (
        tf.stack([*firsts, prefix, whole], axis=-1),
        tf.stack([*[positions + 1] * (len(ORDERS) + 1), ends], axis=-1),
    )


class NgramEmbedding(keras.layers.Layer):
    """The sum of the embeddings of a character's n-grams and words, [B, T, size] in the compute dtype.

    `codes` int64 [num_chars] are those of the vocabulary.

    In training each is dropped by itself with probability `ngram_dropout`, and all that are looked up at the characters
    of a word are dropped together with probability `word_dropout`: only this hides a word, which the n-grams of its
    other characters would show, so that the model learns to do without its memory.
    """

    def __init__(self, codes: np.ndarray, size: int, num_rows: int, seeds: Iterator[int], precision: str) -> None:
        super().__init__(name="ngram_embedding", dtype=precision)
        self._codes = codes
        self.num_rows = num_rows
        self.table = keras.layers.Embedding(
            num_rows, size, keras.initializers.RandomUniform(-0.05, 0.05, next(seeds)), dtype=precision, name="ngrams"
        )
        self.built = True

    def look_up(
        self, char_ids: tf.Tensor, words: Words, dropout: Dropout, *, ngram_dropout: float, word_dropout: float
    ) -> tf.Tensor:
        """The embeddings [B, T, size] of `char_ids` int32 [B, T]."""
        embeddings = self._look_up(char_ids, words)  # [B, T, K, size]
        if not isinstance(dropout, RowDropout):
            return tf.reduce_sum(embeddings, axis=2)
        shape = tf.shape(char_ids)
        kept = dropout.uniforms(_NGRAM_STREAM, shape, NUM_KINDS) >= ngram_dropout  # [B, T, K]
        kept = tf.cast(kept, embeddings.dtype) / (1 - ngram_dropout)
        hidden = dropout.uniforms(_WORD_STREAM, tf.shape(words.starts)) < word_dropout  # [B, W, 1]
        shown = 1 - words.spread(tf.cast(hidden, embeddings.dtype), shape[1])  # [B, T, 1]
        return tf.einsum("btke,btk->bte", embeddings, kept) * shown

    def rows(self, char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """The rows that are looked up for `char_ids` int32 [B, T]: `ngram_hashes`, int64 [B, T, NUM_KINDS]."""
        codes = tf.gather(tf.constant(self._codes), char_ids)
        return ngram_hashes(codes, words, self.num_rows)

    def embeddings(self, char_ids: tf.Tensor, words: Words) -> list[Embeddings]:
        """The embeddings of each kind, of which `look_up` is the sum, and the strings that they are of."""
        kinds = (
            tf.unstack(values, axis=2) for values in (self._look_up(char_ids, words), *ngram_ranges(words, char_ids))
        )
        return [Embeddings(*one) for one in zip(*kinds, strict=True)]

    def _look_up(self, char_ids: tf.Tensor, words: Words) -> tf.Tensor:
        """[B, T, NUM_KINDS, size].

        Gathered from the variable itself: the layer reads the whole table first, which is a copy of it where rows are
        written one by one.
        """
        if not self.table.built:
            self.table.build()
        embeddings = tf.gather(self.table.embeddings.value, self.rows(char_ids, words))
        return tf.cast(embeddings, self.compute_dtype)


def _row(hashes: tf.Tensor, salt: int, num_rows: int) -> tf.Tensor:
    """Row for each hash, int64: its highest bits after a last mixing, which all bits of the string have reached."""
    mixed = (hashes + salt) * MULTIPLIER
    return tf.bitwise.bitwise_and(tf.bitwise.right_shift(mixed, tf.constant(SHIFT, tf.int64)), num_rows - 1)


def _shifted(values: tf.Tensor, steps: int) -> tf.Tensor:
    """`values` [B, T] of the character `steps` places before; 0 before the sentence."""
    length = tf.shape(values)[1]
    return tf.concat([tf.zeros_like(values[:, :steps]), values], axis=1)[:, :length]


def _prefix_hash(codes: tf.Tensor, words: Words) -> tf.Tensor:
    """Hash of the word from its first character up to each one, int64 [B, T].

    Doubling: a hash of k characters is joined to that of the k before them, as long as these stand in the same word.
    """
    steps = tf.shape(codes)[1]
    positions = tf.cast(tf.range(steps), tf.int64)  # of int64, a GPU would give the end to the host
    starts = words.spread_positions(words.starts, steps)
    offsets = tf.where(words.inside(steps), positions - starts, -1)  # number of the character in its word
    hashes, power, span = codes, MULTIPLIER, 1
    while span < LONGEST_WORD:
        hashes += tf.where(offsets >= span, _shifted(hashes, span) * power, tf.zeros([], tf.int64))
        power = wrapped(power * power)
        span *= 2
    return hashes
