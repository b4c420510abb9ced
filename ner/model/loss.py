"""The training objective: cross-entropy of real characters."""

import tensorflow as tf


def cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Summed cross-entropy in nats and the number of real characters, both float32 scalars.

    `labels` int32 [B, T], -1 at padding, which counts in neither; `logits` float32 [B, T, outputs]. The mean loss is
    the quotient, taken after both were added up over all that belongs to a step.
    """
    real = labels >= 0
    per_character = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.where(real, labels, 0), logits)  # [B, T]
    return tf.reduce_sum(tf.where(real, per_character, 0.0)), tf.reduce_sum(tf.cast(real, tf.float32))
