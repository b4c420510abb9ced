"""How much each character of a text speaks for or against a score, by integrated gradients.

Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365: a vector's share in a score is the vector times the mean
gradient on the way to it from a baseline, here vectors of 0, which say nothing. Shares are complete: they add up to the
difference between the score of the text and that of the baseline.
"""

from collections.abc import Callable, Sequence

import numpy as np
import tensorflow as tf

from ner.model.encoders.base import Embeddings
from ner.model.tagger import Tagger
from ner.model.words import Words

NUM_NODES = 64  # of the integral, by Gauss and Legendre; how far shares then miss the score depends on the tagger

# char_ids int32 [1, T], words and target float32 [T, C] -> shares float32 [T] and scores float32 [2]: see below
Shares = Callable[[tf.Tensor, Words, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


def integrated_gradients(
    score: Callable[[list[tf.Tensor]], tf.Tensor], vectors: Sequence[tf.Tensor]
) -> tuple[list[tf.Tensor], tf.Tensor]:
    """Shares float [T] of `vectors`, float [1, T, E] each, and the scores float [2] of vectors of 0 and of `vectors`.

    `score` takes the vectors in N variants, [N, T, E] each, and returns the score of each variant, float [N].
    """
    nodes, weights = np.polynomial.legendre.leggauss(NUM_NODES)
    scales = tf.constant([0.0, 1.0, *(nodes + 1) / 2], tf.float32)[:, None, None]
    counted = tf.constant([0.0, 0.0, *weights / 2], tf.float32)[:, None, None]
    with tf.GradientTape() as tape:
        scaled = [scales * one for one in vectors]
        tape.watch(scaled)
        scores = score(scaled)
    gradients = tape.gradient(scores, scaled)
    shares = [
        tf.reduce_sum(counted * gradient * one, axis=[0, 2]) for gradient, one in zip(gradients, vectors, strict=True)
    ]
    return shares, scores[:2]


def spread_to_characters(shares: tf.Tensor, embeddings: Embeddings) -> tf.Tensor:
    """Shares float32 [T] of a row's vectors, each divided evenly among the characters that the vector is of."""
    starts, ends = embeddings.starts[0], embeddings.ends[0]  # [T]
    each = shares / tf.cast(ends - starts, tf.float32)
    steps = tf.cast(tf.range(tf.size(shares)), tf.int64)
    inside = (starts[:, None] <= steps) & (steps < ends[:, None])  # [vectors, characters]
    return tf.linalg.matvec(tf.cast(inside, tf.float32), each, transpose_a=True)


def traced_shares(tagger: Tagger) -> Shares:
    """The shares of a text's characters in a score, as a graph that is traced once for texts of every length.

    The score is the sum of the characters' log-probabilities times `target`. Second are the scores of no text and of
    the text.
    """

    def shares(char_ids: tf.Tensor, words: Words, target: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        found = tagger.encoder.embeddings(char_ids, words)

        def score(vectors: list[tf.Tensor]) -> tf.Tensor:
            variants = tf.shape(vectors[0])[0]
            ids, starts, ends = (tf.repeat(values, variants, axis=0) for values in (char_ids, *words))
            features = tagger.encoder.encode_embeddings(vectors, ids, Words(starts, ends))
            return tf.reduce_sum(tagger.head.log_probs(features) * target, axis=[1, 2])

        by_vector, scores = integrated_gradients(score, [one.vectors for one in found])
        parts = [spread_to_characters(share, one) for share, one in zip(by_vector, found, strict=True)]
        return tf.add_n(parts), scores

    row = tf.TensorSpec([1, None], tf.int32)
    target = tf.TensorSpec([None, len(tagger.labels)], tf.float32)
    signature = [row, Words(row, row), target]
    return tf.function(shares, input_signature=signature, autograph=False, jit_compile=False)
