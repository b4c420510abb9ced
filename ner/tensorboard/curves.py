"""Precision-recall curves and histograms of an evaluation, for TensorBoard's own tabs."""

import numpy as np
import tensorflow as tf
from tensorboard.compat.proto import summary_pb2
from tensorboard.plugins.pr_curve import summary as pr_curve

from ner.evaluation.analysis.outcomes import Outcomes
from ner.evaluation.evaluation import Evaluation

NUM_THRESHOLDS = 101


def write(evaluation: Evaluation) -> None:
    """Writes into the default writer; empty histograms are not written."""
    outcomes, step = evaluation.outcomes, evaluation.report.step
    for type_id, name in enumerate(evaluation.labels.types):
        summary = _pr_curve(f"entity/pr/{name}", *outcomes.precision_recall_counts(type_id, NUM_THRESHOLDS))
        tf.summary.experimental.write_raw_pb(summary.SerializeToString(), step=step)
    for tag, values in _histograms(outcomes).items():
        if len(values):
            tf.summary.histogram(tag, values, step=step)


def _pr_curve(tag: str, correct: np.ndarray, predicted: np.ndarray, gold: int) -> summary_pb2.Summary:
    """Precision and recall of exact entities if only predictions with at least each threshold's confidence were kept.

    True negatives are 0: the number of spans that are rightly not entities is not defined.
    """
    return pr_curve.raw_data_pb(
        tag,
        true_positive_counts=correct,
        false_positive_counts=predicted - correct,
        true_negative_counts=np.zeros_like(correct),
        false_negative_counts=gold - correct,
        precision=np.divide(correct, predicted, out=np.zeros(len(correct)), where=predicted > 0),
        recall=np.divide(correct, gold) if gold else np.zeros(len(correct)),
        num_thresholds=len(correct),
        description="exact entities, by the confidence of the prediction",
    )


def _histograms(outcomes: Outcomes) -> dict[str, np.ndarray]:
    predicted = outcomes.predicted < outcomes.num_types
    correct = predicted & (outcomes.predicted == outcomes.gold)
    return {
        "entity/confidence/correct": outcomes.confidence[correct],
        "entity/confidence/wrong": outcomes.confidence[predicted & ~correct],
        "entity/words/gold": outcomes.length[outcomes.gold < outcomes.num_types],
        "entity/words/predicted": outcomes.length[predicted],
        "sentence/characters/all": outcomes.characters,
        "sentence/characters/wrong": outcomes.characters[~outcomes.correct_sentences],
    }
