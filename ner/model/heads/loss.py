"""The training objective: cross-entropy of real characters, and what it may give to the rarer and harder ones."""

import numpy as np
import tensorflow as tf

EFFECTIVE_NUMBER_BETA = (
    0.9999  # the largest that Cui et al. tried: classes beyond some 1 / (1 - beta) items count alike
)


def cross_entropy(
    labels: tf.Tensor, logits: tf.Tensor, class_weights: tf.Tensor | None = None, focal_gamma: float = 0.0
) -> tuple[tf.Tensor, tf.Tensor]:
    """Summed cross-entropy in nats and the number of real characters, both float32 scalars.

    `labels` int32 [B, T], -1 at padding, which counts in neither; `logits` float32 [B, T, outputs]. The mean loss is
    the quotient, taken after both were added up over all that belongs to a step.

    `class_weights` float32 [C] multiply the loss of each label's characters. `focal_gamma` multiplies that of a
    character whose label has probability p by (1 - p) ** gamma (focal loss; Lin et al. 2017,
    https://arxiv.org/abs/1708.02002).
    """
    real = labels >= 0
    known = tf.where(real, labels, 0)
    per_character = tf.nn.sparse_softmax_cross_entropy_with_logits(known, logits)  # [B, T]
    if focal_gamma:
        missing = tf.maximum(-tf.math.expm1(-per_character), 1e-7)  # 1 - p; the power has no slope at 0
        per_character *= tf.pow(missing, focal_gamma)
    if class_weights is not None:
        per_character *= tf.gather(class_weights, known)
    return tf.reduce_sum(tf.where(real, per_character, 0.0)), tf.reduce_sum(tf.cast(real, tf.float32))


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
