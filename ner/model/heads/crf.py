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
from ner.model.soft_labels import SoftLabels, soft_cross_entropy
from ner.model.transfer import Axes, Axis
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.lattice import FORBIDDEN, Lattice

# Scores further below a word's best one count as this. exp(-40) is too small to change a sum in float32, but keeps the
# sum over label sequences above 0 where the likeliest labels of two words may not follow each other.
LOWEST_SCORE = -40.0


class CRFHead(Head):
    """`start` [C] scores the first word's label, `transitions` [C before, C] each pair; `length_scale` is [2].

    A word of n characters has its mean score multiplied by exp(length_scale[0] + length_scale[1] * log(n)).
    """

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
        """Summed loss of a batch in nats, float32 []; `labels` int32 [B, T], -1 at padding, -2 without."""
        logits, scores, start, transitions = self._chain(features, words)
        first = tf.gather(labels, words.starts, batch_dims=1)  # [B, W]: a word's label is that of its characters
        gold = tf.where(words.real, first, 0)
        if objective.partly_annotated:
            allowed = _agreeing(gold, len(self.labels))
            log_gold = log_partition(scores, words.real, start, transitions, allowed)
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
        """How words are decoded from the characters' log-probabilities, without `outside_bias`."""
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


def log_partition(
    scores: tf.Tensor, real: tf.Tensor, start: tf.Tensor, transitions: tf.Tensor, allowed: tf.Tensor | None = None
) -> tf.Tensor:
    """Log of the summed exponentials of the scores of all label sequences, float32 [B]; arguments as `gold_score`.

    With `allowed` float32 [B, W, C], 1 or 0, of those that have at each word a label that is allowed there. Forward
    recursion over probabilities that are scaled at each word; gradients are marginals, by forward-backward (Rabiner
    1989). At least one label sequence must be left; where nothing but IOB2 forbids one, O everywhere always is.
    """
    if allowed is not None:
        scores = tf.where(allowed > 0, scores, FORBIDDEN)

    @tf.custom_gradient
    def differentiable(
        scores: tf.Tensor, start: tf.Tensor, transitions: tf.Tensor
    ) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor, ...]]]:
        peaks = tf.reduce_max(scores, axis=-1)  # [B, W]
        emissions = tf.exp(tf.maximum(scores - peaks[..., None], LOWEST_SCORE))  # [B, W, C]
        emissions = emissions if allowed is None else emissions * allowed
        moves = tf.exp(transitions)
        opening = tf.exp(start)
        forward, scales = _forward(emissions, real, opening, moves)
        counted = tf.cast(real, tf.float32)
        log_z = tf.reduce_sum((tf.math.log(scales) + peaks) * counted, axis=1)

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
            backward = _backward(emissions, real, scales, moves)
            weights = (upstream[:, None] * counted)[..., None]  # [B, W, 1]
            marginals = forward * backward * weights
            arriving = emissions * backward * weights / scales[..., None]  # [B, W, C]
            pairs = tf.einsum("bwc,bwd->cd", forward[:, :-1], arriving[:, 1:]) * moves
            return marginals, opening * tf.reduce_sum(arriving[:, 0], axis=0), pairs

        return log_z, gradient

    return differentiable(scores, tf.convert_to_tensor(start), tf.convert_to_tensor(transitions))


def _forward(
    emissions: tf.Tensor, real: tf.Tensor, opening: tf.Tensor, moves: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Scaled forward probabilities [B, W, C], which sum to 1, and their scales [B, W], 1 at padding."""
    by_word, is_real = tf.transpose(emissions, [1, 0, 2]), _words_first(real)  # [W, B, C], [W, B]
    num_words = tf.shape(by_word)[0]
    probabilities = tf.TensorArray(tf.float32, num_words, element_shape=[None, emissions.shape[2]])
    scales = tf.TensorArray(tf.float32, num_words, element_shape=[None])

    def take(arriving, before, word):  # type: ignore[no-untyped-def]
        joint = arriving * by_word[word]
        scale = tf.where(is_real[word], tf.reduce_sum(joint, axis=-1), 1.0)
        return tf.where(is_real[word][:, None], joint / scale[:, None], before), scale

    def step(word, before, probabilities, scales):  # type: ignore[no-untyped-def]
        now, scale = take(before @ moves, before, word)
        return word + 1, now, probabilities.write(word, now), scales.write(word, scale)

    now, scale = take(opening, tf.zeros_like(emissions[:, 0]), 0)
    start = (1, now, probabilities.write(0, now), scales.write(0, scale))
    *_, probabilities, scales = tf.while_loop(lambda word, *_: word < num_words, step, start)
    return tf.transpose(probabilities.stack(), [1, 0, 2]), tf.transpose(scales.stack())


def _backward(emissions: tf.Tensor, real: tf.Tensor, scales: tf.Tensor, moves: tf.Tensor) -> tf.Tensor:
    """Backward probabilities [B, W, C], scaled such that their product with the forward ones sums to 1."""
    by_word = tf.transpose(emissions / scales[..., None], [1, 0, 2])  # [W, B, C]
    is_real = _words_first(real)
    num_words = tf.shape(by_word)[0]
    results = tf.TensorArray(tf.float32, num_words, element_shape=[None, emissions.shape[2]])

    def step(word, after, results):  # type: ignore[no-untyped-def]
        results = results.write(word, after)
        leaving = tf.matmul(by_word[word] * after, moves, transpose_b=True)
        return word - 1, tf.where(is_real[word][:, None], leaving, after), results

    start = (num_words - 1, tf.ones_like(emissions[:, 0]), results)
    *_, results = tf.while_loop(lambda word, *_: word >= 0, step, start)
    return tf.transpose(results.stack(), [1, 0, 2])


def _words_first(real: tf.Tensor) -> tf.Tensor:
    """`real` bool [B, W], False at padding on the right, as [W, B]."""
    # Counted, not transposed: without AVX-512, oneDNN reports an error where it is to transpose bools.
    num_words = tf.math.count_nonzero(real, axis=1)  # int64 [B]
    positions = tf.cast(tf.range(tf.shape(real)[1]), tf.int64)  # of int64, a GPU would give the end to the host
    return positions[:, None] < num_words[None]
