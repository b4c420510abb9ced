"""The pretraining head: masked words are predicted from their context, in text without annotation.

All characters of a masked word are replaced by the unknown one. The encoder's features there are compared with the
n-gram embeddings of the word itself and of the batch's other words, by a contrastive loss (InfoNCE: Oord et al. 2018,
https://arxiv.org/abs/1807.03748). So there is no vocabulary of words, and what is learnt of a name moves to a tagger
with the table of n-grams (`--init_from`).
"""

from collections.abc import Iterator

import keras
import tensorflow as tf

from ner.config import ModelConfig
from ner.errors import InputError
from ner.model.dropout import Dropout, RowDropout
from ner.model.encoders.base import Encoder
from ner.model.heads.base import Head
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.transfer import Axes
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.lattice import Lattice
from ner.text.vocabulary import PADDING, UNKNOWN

SIZE = 256  # of the vectors that are compared
_MASK_STREAM = -4
_EXCLUDED = -1e9  # the score of a word that is the masked one itself


class MaskedWordsHead(Head):
    """Features to a vector of each word, which is compared with vectors made of n-grams by `keys` [2 N, SIZE]."""

    def __init__(self, config: ModelConfig, labels: Labels, seeds: Iterator[int]) -> None:
        super().__init__(config, labels, seeds)
        self.built = False
        initializer = keras.initializers.GlorotUniform(next(seeds))
        self.keys = self.add_weight(shape=(2 * config.ngram_size, SIZE), initializer=initializer, name="keys")
        self.built = True

    def num_outputs(self) -> int:
        """Size of the vectors."""
        return SIZE

    def training_loss(
        self,
        encoder: Encoder,
        char_ids: tf.Tensor,
        labels: tf.Tensor,
        words: Words,
        objective: CharacterLoss,
        dropout: Dropout,
    ) -> tf.Tensor:
        """Mean loss of the masked words in nats times the characters, float32 []; nothing is read of `labels`.

        So the mean over characters, from which a run learns and which it shows, is that over masked words. As a share
        of their sum it would be thirty times smaller: rows of the n-gram table that a batch seldom reads would have
        gradients of the size of Adam's epsilon, and learn as if the learning rate were lower.
        """
        masked = self._masked(words, dropout)
        features = encoder.encode(_hidden(char_ids, words, masked), words, dropout)
        ngrams, rows = encoder.word_ngrams(char_ids, words)  # [B, W, 2 N], [B, W]
        of_context = self.scores(tf.boolean_mask(words.first(features), masked))  # [M, SIZE]
        of_words = tf.matmul(tf.cast(tf.boolean_mask(ngrams, words.real), tf.float32), self.keys)  # [N, SIZE]
        of_masked = tf.matmul(tf.cast(tf.boolean_mask(ngrams, masked), tf.float32), self.keys)
        same = tf.boolean_mask(rows, masked)[:, None] == tf.boolean_mask(rows, words.real)[None]
        total = contrastive_loss(of_context, of_masked, of_words, same)
        characters = tf.math.count_nonzero(char_ids != PADDING, dtype=tf.float32)
        return total * characters / tf.maximum(tf.math.count_nonzero(masked, dtype=tf.float32), 1.0)

    def table_rows(self, encoder: Encoder, char_ids: tf.Tensor, words: Words, dropout: Dropout) -> tf.Tensor:
        """Those of the text with hidden words, and of the text itself."""
        texts = (_hidden(char_ids, words, self._masked(words, dropout)), char_ids)
        return tf.concat([tf.reshape(encoder.table_rows(text, words), [-1]) for text in texts], axis=0)

    def _masked(self, words: Words, dropout: Dropout) -> tf.Tensor:
        """Which words are hidden, bool [B, W]; none outside training."""
        if not isinstance(dropout, RowDropout):
            return tf.zeros_like(words.real)
        uniforms = dropout.uniforms(_MASK_STREAM, tf.shape(words.starts))[..., 0]
        return (uniforms < self.config.masked_share) & words.real

    def axes(self) -> dict[str, Axes]:
        """Nothing: the indices of no weight stand for labels."""
        return {}

    def learned_lattice(self) -> Lattice:
        """Raises `InputError`: there are no labels to decode."""
        raise InputError("--head=masked_words has no labels to decode: train a tagger with ner.train --init_from")


def _hidden(char_ids: tf.Tensor, words: Words, masked: tf.Tensor) -> tf.Tensor:
    """`char_ids` int32 [B, T] with the unknown character in the words that are `masked`, bool [B, W]."""
    hidden = words.spread(tf.cast(masked, tf.float32)[..., None], tf.shape(char_ids)[1])[..., 0] > 0
    return tf.where(hidden, UNKNOWN, char_ids)


def contrastive_loss(queries: tf.Tensor, targets: tf.Tensor, others: tf.Tensor, same: tf.Tensor) -> tf.Tensor:
    """Summed cross-entropy of choosing each query's target among it and the `others`, float32 [].

    `queries` and `targets` are float32 [M, D], `others` [N, D]; where `same` bool [M, N], one of the others is the
    target itself and is left out. Scores are dot products divided by the square root of D.
    """
    scale = float(queries.shape[-1]) ** -0.5
    right = scale * tf.reduce_sum(queries * targets, axis=-1, keepdims=True)  # [M, 1]
    wrong = tf.where(same, _EXCLUDED, scale * tf.matmul(queries, others, transpose_b=True))
    return tf.reduce_sum(tf.reduce_logsumexp(tf.concat([right, wrong], axis=1), axis=1) - right[:, 0])
