"""The CRF head: a linear-chain conditional random field over words, whose scores come from their characters.

A word's score for a label is the mean of its characters' scores, times a learnt factor that depends on its length.
Transitions are learnt, and those that IOB2 forbids do not exist (Lafferty et al. 2001; on top of an LSTM: Lample et al.
2016, https://arxiv.org/abs/1603.01360). The loss is the negative log-likelihood of the words' labels, plus a share of
the characters' cross-entropy, which alone reaches the characters between words. Of a sentence in which some words have
no label it is that of all label sequences that agree with the others (Bellare and McCallum 2007; Tsuboi et al. 2008,
https://aclanthology.org/C08-1113).
"""

from collections.abc import Callable, Iterator

import numpy as np
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.heads.base import Head
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.heads.partition import log_partition
from ner.model.soft_labels import SoftLabels, soft_cross_entropy
from ner.model.transfer import Axes, Axis
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.lattice import FORBIDDEN, Lattice


class CRFHead(Head):
    """`start` [C] scores the first word's label, `transitions` [C before, C] each pair; `length_scale` is [2].

    A word of n characters has its mean score multiplied by exp(length_scale[0] + length_scale[1] * log(n)).
    """

    weights_classes = False  # class weights are not in the likelihood of label sequences

    def __init__(self, config: ModelConfig, labels: Labels, seeds: Iterator[int]) -> None:
        super().__init__(config, labels, seeds)
        size = len(labels)
        self.built = False
        self.start = self.add_weight(shape=(size,), initializer="zeros", name="start")
        self.transitions = self.add_weight(shape=(size, size), initializer="zeros", name="transitions")
        self.length_scale = self.add_weight(shape=(2,), initializer="zeros", name="length_scale")
        self.built = True
        self._start_mask = np.where(labels.start_mask, 0.0, FORBIDDEN).astype(np.float32)
        self._transition_mask = np.where(labels.transition_mask, 0.0, FORBIDDEN).astype(np.float32)

    def loss(self, features: tf.Tensor, labels: tf.Tensor, words: Words, objective: CharacterLoss) -> tf.Tensor:
        """Summed loss of a batch in nats, float32 []; `labels` int32 [B, T], -1 at padding, -2 if unannotated."""
        logits, scores, start, transitions = self._chain(features, words)
        first = tf.gather(labels, words.starts, batch_dims=1)  # [B, W]: a word's label is that of its characters
        gold = tf.where(words.real, first, 0)
        if objective.partly_annotated:
            allowed = _agreeing(gold, len(self.labels))
            log_gold = log_partition(scores, words.real, start, transitions, allowed=allowed)
        else:
            log_gold = gold_score(scores, gold, words.real, start, transitions)
        log_likelihood = log_gold - log_partition(scores, words.real, start, transitions)
        return self.config.char_loss_weight * objective.total(labels, logits) - tf.reduce_sum(log_likelihood)

    def distillation_loss(self, features: tf.Tensor, targets: SoftLabels, words: Words) -> tf.Tensor:
        """Summed cross-entropy to the probabilities of a teacher in nats, float32 [], of label sequences.

        The expected score of a sequence is linear in `targets`. Characters have the same share as in `loss`.
        """
        logits, scores, start, transitions = self._chain(features, words)
        expected = (
            tf.reduce_sum(targets.words * scores)
            + tf.reduce_sum(targets.first * self.start)  # where a mask forbids, the probability is 0
            + tf.reduce_sum(targets.pairs * self.transitions)
        )
        log_z = log_partition(scores, words.real, start, transitions)
        return self.config.char_loss_weight * soft_cross_entropy(targets.chars, logits) + (
            tf.reduce_sum(log_z) - expected
        )

    def _chain(self, features: tf.Tensor, words: Words) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
        """Logits [B, T, outputs] of characters, scores of words [B, W, C], and `start` and `transitions` masked."""
        logits = self.logits(features)
        scale, exponent = self.length_scale[0], self.length_scale[1]
        scores = word_scores(logits[..., : len(self.labels)], words, scale, exponent)
        return logits, scores, self.start + self._start_mask, self.transitions + self._transition_mask

    def axes(self) -> dict[str, Axes]:
        """What the indices of weights stand for, by the weights' paths: outputs, and labels of words."""
        labels = Axis("label", self.labels.names)
        return {**super().axes(), self.start.path: (labels,), self.transitions.path: (labels, labels)}

    def learned_lattice(self) -> Lattice:
        """How words are decoded from the characters' log-probabilities to what is likeliest."""
        scale, exponent = self.length_scale.numpy()
        return Lattice(
            start=self.start.numpy() + self._start_mask,
            transitions=self.transitions.numpy() + self._transition_mask,
            length_scale=(float(scale), float(exponent)),
        )


def word_scores(chars: tf.Tensor, words: Words, scale: tf.Tensor | float, exponent: tf.Tensor | float) -> tf.Tensor:
    """Scores of each word, float32 [B, W, C], from its characters' `chars` [B, T, C]; see `CRFHead`."""
    log_length = tf.math.log(words.num_chars())
    return words.sums(chars) * tf.exp(scale + (exponent - 1) * log_length)[..., None]


def gold_score(
    scores: tf.Tensor, labels: tf.Tensor, real: tf.Tensor, start: tf.Tensor, transitions: tf.Tensor
) -> tf.Tensor:
    """Score of each sentence's label sequence, float32 [B].

    `scores` float32 [B, W, C]; `labels` int32 [B, W]; `real` bool [B, W], False at padding, which is on the right;
    `start` float32 [C]; `transitions` float32 [C, C].
    """
    size = scores.shape[-1]
    one_hot = tf.one_hot(labels, size) * tf.cast(real, tf.float32)[..., None]  # [B, W, C]
    before = one_hot[:, :-1] @ transitions  # [B, W - 1, C]
    by_word, by_pair = _sum_by_sentence(scores * one_hot), _sum_by_sentence(before * one_hot[:, 1:])
    return by_word + by_pair + _sum_by_sentence(one_hot[:, :1] * start)


@tf.custom_gradient
def _sum_by_sentence(values: tf.Tensor) -> tuple[tf.Tensor, Callable[[tf.Tensor], tf.Tensor]]:
    """Sums [B] of `values` [B, W, C]. TensorFlow's gradient of such a sum makes a GPU's step wait for shapes."""
    return tf.reduce_sum(values, axis=[1, 2]), lambda upstream: upstream[:, None, None] + tf.zeros_like(values)


def _agreeing(labels: tf.Tensor, size: int) -> tf.Tensor:
    """Which labels a word may have, 1 or 0, float32 [B, W, C]: its own, or any where it has none; `labels` [B, W]."""
    labels = tf.cast(labels, tf.int64)  # of int32, TensorFlow has comparisons made on the host
    return tf.maximum(tf.one_hot(labels, size), tf.cast(labels < 0, tf.float32)[..., None])
