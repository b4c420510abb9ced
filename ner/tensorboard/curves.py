"""Precision-recall curves and histograms of an evaluation, for TensorBoard's own dashboards."""

import numpy as np
import tensorflow as tf
from tensorboard.compat.proto import summary_pb2
from tensorboard.plugins.pr_curve import summary as pr_curve

from ner.evaluation.outcomes import Outcomes

NUM_THRESHOLDS = 101


def write(outcomes: Outcomes, types: tuple[str, ...], step: int) -> None:
    """Writes into the default writer; histograms of nothing are left out."""
    for type_id, name in enumerate(types):
        summary = _pr_curve(f"entity/pr/{name}", *outcomes.precision_recall_counts(type_id, NUM_THRESHOLDS))
        tf.summary.experimental.write_raw_pb(summary.SerializeToString(), step=step)
    for tag, values in _histograms(outcomes).items():
        if len(values):
            tf.summary.histogram(tag, values, step=step)


def _pr_curve(tag: str, hits: np.ndarray, claims: np.ndarray, gold: int) -> summary_pb2.Summary:
    """Of exact entities: what precision and recall would be, were only claims of at least that confidence made.

    There is no count of true negatives: nobody can say how many spans were rightly not claimed.
    """
    return pr_curve.raw_data_pb(
        tag,
        true_positive_counts=hits,
        false_positive_counts=claims - hits,
        true_negative_counts=np.zeros_like(hits),
        false_negative_counts=gold - hits,
        precision=np.divide(hits, claims, out=np.zeros(len(hits)), where=claims > 0),
        recall=np.divide(hits, gold) if gold else np.zeros(len(hits)),
        num_thresholds=len(hits),
        description="exact entities, by the confidence of the prediction",
    )


def _histograms(outcomes: Outcomes) -> dict[str, np.ndarray]:
    claimed = outcomes.predicted < outcomes.num_types
    right = claimed & (outcomes.predicted == outcomes.gold)
    return {
        "entity/confidence/right": outcomes.confidence[right],
        "entity/confidence/wrong": outcomes.confidence[claimed & ~right],
        "entity/words/gold": outcomes.length[outcomes.gold < outcomes.num_types],
        "entity/words/predicted": outcomes.length[claimed],
        "sentence/characters/all": outcomes.characters,
        "sentence/characters/wrong": outcomes.characters[~outcomes.right_sentences],
    }
