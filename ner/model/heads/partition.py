"""The partition function of a linear chain and its gradient, which is forward-backward (Rabiner 1989)."""

from collections.abc import Callable

import tensorflow as tf

from ner.model.heads.recursions import Chain, Recursion, default_recursion
from ner.text.lattice import FORBIDDEN

# Scores further below a word's best one count as this. exp(-40) is too small to change a sum in float32, but keeps the
# sum over label sequences above 0 where the likeliest labels of two words may not follow each other.
LOWEST_SCORE = -40.0


def log_partition(
    scores: tf.Tensor,
    real: tf.Tensor,
    start: tf.Tensor,
    transitions: tf.Tensor,
    *,
    allowed: tf.Tensor | None = None,
    recursion: Recursion | None = None,
) -> tf.Tensor:
    """Log of the summed exponentials of the scores of all label sequences, float32 [B].

    `scores` float32 [B, W, C]; `real` bool [B, W], False at padding, which is on the right; `start` float32 [C];
    `transitions` float32 [C before, C]. With `allowed` float32 [B, W, C], 1 or 0, of the sequences that have at each
    word a label that is allowed there; at least one must be left, and where nothing but IOB2 forbids one, O everywhere
    always is. Gradients are marginals. `recursion` is by default that of `default_recursion`.
    """
    recursion = recursion or default_recursion()
    if allowed is not None:
        scores = tf.where(allowed > 0, scores, FORBIDDEN)

    @tf.custom_gradient
    def differentiable(
        scores: tf.Tensor, start: tf.Tensor, transitions: tf.Tensor
    ) -> tuple[tf.Tensor, Callable[[tf.Tensor], tuple[tf.Tensor, ...]]]:
        peaks = tf.reduce_max(scores, axis=-1)  # [B, W]
        emissions = tf.exp(tf.maximum(scores - peaks[..., None], LOWEST_SCORE))  # [B, W, C]
        emissions = emissions if allowed is None else emissions * allowed
        chain = Chain(emissions, real, tf.exp(start), tf.exp(transitions))
        forward, scales = recursion.forward(chain)
        counted = tf.cast(real, tf.float32)
        log_z = tf.reduce_sum((tf.math.log(scales) + peaks) * counted, axis=1)

        def gradient(upstream: tf.Tensor) -> tuple[tf.Tensor, ...]:
            backward = recursion.backward(chain, forward, scales)
            weights = (upstream[:, None] * counted)[..., None]  # [B, W, 1]
            marginals = forward * backward * weights
            arriving = emissions * backward * weights / scales[..., None]  # [B, W, C]
            pairs = tf.einsum("bwc,bwd->cd", forward[:, :-1], arriving[:, 1:]) * chain.transitions
            return marginals, chain.initial * tf.reduce_sum(arriving[:, 0], axis=0), pairs

        return log_z, gradient

    return differentiable(scores, tf.convert_to_tensor(start), tf.convert_to_tensor(transitions))
