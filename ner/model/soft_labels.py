"""Probabilities in place of labels: what a tagger learns from other taggers (Hinton et al. 2015,
https://arxiv.org/abs/1503.02531).
"""

from typing import NamedTuple

import tensorflow as tf


class SoftLabels(NamedTuple):
    """Probabilities of labels in a batch, float32, 0 at padding.

    `chars` [B, T, C] of each character and `words` [B, W, C] of each word by itself; `first` [C] and `pairs` [C, C]
    are expected counts in the whole batch: of the labels of first words, and of those of neighbouring words.
    """

    chars: tf.Tensor
    words: tf.Tensor
    first: tf.Tensor
    pairs: tf.Tensor


class Distillation(NamedTuple):
    """The `share` of a batch's loss, from 0 to 1, that is the cross-entropy to `targets`."""

    targets: SoftLabels
    share: float


def soft_cross_entropy(probabilities: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Summed cross-entropy of characters in nats, float32 [].

    `probabilities` float32 [B, T, C] are 0 at padding; `logits` float32 [B, T, outputs] may have one for padding more.
    """
    log_probs = tf.nn.log_softmax(logits)[..., : probabilities.shape[-1]]
    return -tf.reduce_sum(probabilities * log_probs)
