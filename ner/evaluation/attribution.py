"""How much each character of a text speaks for or against a score, by integrated gradients.

Sundararajan et al. 2017, https://arxiv.org/abs/1703.01365: a vector's share in a score is the vector times the mean
gradient on the way to it from a baseline, here vectors of 0, which say nothing. Shares are complete: they add up to the
difference between the score of the text and that of the baseline.

The integral is a sum over points of that way. Shares of each part of it must add up to the difference of the scores at
its two ends, which tells where the sum is wrong: there the parts are halved.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from ner.model.encoders.base import Embeddings
from ner.model.tagger import Tagger
from ner.model.words import Words

TOLERANCE = 0.02  # of the difference of scores: by how much shares may fail to add up to it
NEGLIGIBLE = 0.01  # nats; a smaller failure is none
_PARTS = (0.0, 1 / 64, 1 / 16, 1 / 4, 1.0)  # of the way: scores change most near the baseline
_NODES = 8  # by Gauss and Legendre, in each part
_MAX_NODES = 128

# char_ids int32 [1, T], words, target float32 [T, C], scales float32 [N] -> float32 [N, T] and [N]: `traced_gradients`
Gradients = Callable[[tf.Tensor, Words, tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


class Shares(NamedTuple):
    """`characters` float [T]: the share of each in `score - baseline`, the scores of the text and of nothing."""

    characters: np.ndarray
    baseline: float
    score: float


class _Parts(NamedTuple):
    """P parts of the integration path: `starts` and `ends` [P], the `shares` [P, T] of each, and the scores `before`
    and `after` it, [P].
    """

    starts: np.ndarray
    ends: np.ndarray
    shares: np.ndarray
    before: np.ndarray
    after: np.ndarray

    @property
    def gaps(self) -> np.ndarray:
        """By how much the shares of each part miss the change of the score, [P]."""
        return np.abs(self.after - self.before - self.shares.sum(axis=1))


# Scales from 0 to 1, float32 [N], that multiply all vectors -> gradient times vectors of each character, [N, T], and
# the score of each scale, [N]
Evaluate = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]


def integrated_gradients(evaluate: Evaluate) -> Shares:
    """The shares, with a gap of at most `TOLERANCE` as far as `_MAX_NODES` go."""
    parts = _integrals(evaluate, np.array(_PARTS[:-1]), np.array(_PARTS[1:]))
    baseline, score = float(parts.before[0]), float(parts.after[-1])
    allowed = allowed_gap(baseline, score)
    num_nodes = _NODES * len(parts.starts)
    while parts.gaps.sum() > allowed:
        wrong = parts.gaps > allowed / len(parts.gaps)
        num_nodes += 2 * _NODES * int(wrong.sum())
        if num_nodes > _MAX_NODES:
            break
        starts, ends = parts.starts[wrong], parts.ends[wrong]
        middles = (starts + ends) / 2
        halves = _integrals(evaluate, np.append(starts, middles), np.append(middles, ends))
        parts = _Parts(*(np.concatenate([old[~wrong], new]) for old, new in zip(parts, halves, strict=True)))
    return Shares(parts.shares.sum(axis=0), baseline, score)


def allowed_gap(baseline: float, score: float) -> float:
    """By how much shares may fail to add up to the difference of two scores."""
    return max(TOLERANCE * abs(score - baseline), NEGLIGIBLE)


def _integrals(evaluate: Evaluate, starts: np.ndarray, ends: np.ndarray) -> _Parts:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    lengths = ends - starts
    scales = starts[:, None] + lengths[:, None] * (nodes + 1) / 2
    edges = np.unique([starts, ends])
    gradients, scores = evaluate(np.append(scales, edges).astype(np.float32))
    inside = gradients[: scales.size].reshape(*scales.shape, -1).astype(np.float64)
    at_edges = scores[scales.size :].astype(np.float64)
    before, after = (at_edges[np.searchsorted(edges, places)] for places in (starts, ends))
    return _Parts(starts, ends, np.einsum("p,n,pnt->pt", lengths, weights / 2, inside), before, after)


def spread_to_characters(shares: tf.Tensor, embeddings: Embeddings) -> tf.Tensor:
    """Shares float32 [N, T] of a row's vectors, each divided evenly among the characters that the vector is of."""
    starts, ends = embeddings.starts[0], embeddings.ends[0]  # [T]
    each = shares / tf.cast(ends - starts, tf.float32)
    steps = tf.cast(tf.range(tf.size(starts)), tf.int64)
    inside = (starts[:, None] <= steps) & (steps < ends[:, None])  # [vectors, characters]
    return tf.linalg.matmul(each, tf.cast(inside, tf.float32))


def traced_gradients(tagger: Tagger) -> Gradients:
    """What `integrated_gradients` evaluates, as a graph that is traced once for texts of every length.

    The score is the sum of the characters' log-probabilities times `target`.
    """

    def gradients(
        char_ids: tf.Tensor, words: Words, target: tf.Tensor, scales: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        found = tagger.embeddings(char_ids, words)
        variants = tf.size(scales)
        ids, starts, ends = (tf.repeat(values, variants, axis=0) for values in (char_ids, *words))
        with tf.GradientTape() as tape:
            scaled = [scales[:, None, None] * one.vectors for one in found]
            tape.watch(scaled)
            log_probs = tagger.log_probs_of_embeddings(scaled, ids, Words(starts, ends))
            scores = tf.reduce_sum(log_probs * target, axis=[1, 2])
        parts = [
            spread_to_characters(tf.reduce_sum(gradient * one.vectors, axis=2), one)
            for gradient, one in zip(tape.gradient(scores, scaled), found, strict=True)
        ]
        return tf.add_n(parts), scores

    row = tf.TensorSpec([1, None], tf.int32)
    target = tf.TensorSpec([None, len(tagger.labels)], tf.float32)
    scales = tf.TensorSpec([None], tf.float32)
    signature = [row, Words(row, row), target, scales]
    return tf.function(gradients, input_signature=signature, autograph=False, jit_compile=False)
