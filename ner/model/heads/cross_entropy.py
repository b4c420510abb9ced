"""The objective for characters: cross-entropy, with more weight on rare labels or hard characters where asked for."""

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

EFFECTIVE_NUMBER_BETA = 0.9999  # the largest of Cui et al.: classes beyond some 1 / (1 - beta) items count alike


@dataclass(frozen=True, eq=False)
class CharacterLoss:
    """Cross-entropy of real characters that have a label.

    `class_weights` float32 [C] multiply the loss of each label's characters. `focal_gamma` multiplies that of a
    character whose label has probability p by (1 - p) ** gamma (focal loss; Lin et al. 2017,
    https://arxiv.org/abs/1708.02002). `partly_annotated` says that words may have no label, which costs a CRF time.
    """

    class_weights: np.ndarray | None = None
    focal_gamma: float = 0.0
    partly_annotated: bool = False

    def per_character(self, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Loss of each character in nats, float32 [B, T], 0 at padding and at unannotated characters.

        `labels` int32 [B, T], negative there; `logits` float32 [B, T, outputs].
        """
        labels = tf.cast(labels, tf.int64)  # of int32, TensorFlow has shapes and comparisons made on the host
        real = labels >= 0
        known = tf.where(real, labels, 0)
        flat_logits = tf.reshape(logits, [-1, logits.shape[-1]])  # of three axes, shapes would be checked on the host
        flat = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.reshape(known, [-1]), flat_logits)
        losses = tf.reshape(flat, tf.shape(known))  # [B, T]
        if self.focal_gamma:
            missing = tf.maximum(-tf.math.expm1(-losses), 1e-7)  # 1 - p; the power has no slope at 0
            losses *= tf.pow(missing, self.focal_gamma)
        if self.class_weights is not None:
            losses *= tf.gather(self.class_weights, known)
        return tf.where(real, losses, 0.0)

    def total(self, labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """Summed loss in nats, float32 []; the mean is taken after all of a step's characters were added up."""
        return tf.reduce_sum(self.per_character(labels, logits))


def class_weights(weighting: str, characters: np.ndarray) -> np.ndarray | None:
    """Weight of each label, float32 [C], from its `characters` int64 [C] in training; None for `none`.

    A character's weight is 1 on average, so that loss and learning rate keep their size. `inverse_sqrt` is
    1 / sqrt(n); `effective_number` is (1 - beta) / (1 - beta ** n) (Cui et al. 2019, https://arxiv.org/abs/1901.05555).
    """
    if weighting == "none":
        return None
    counts = np.maximum(characters, 1).astype(np.float64)
    if weighting == "inverse_sqrt":
        weights = 1 / np.sqrt(counts)
    else:
        weights = (1 - EFFECTIVE_NUMBER_BETA) / -np.expm1(counts * np.log(EFFECTIVE_NUMBER_BETA))
    return (weights * counts.sum() / (weights * counts).sum()).astype(np.float32)
