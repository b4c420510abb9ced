"""Whether confidences of predicted entities mean what they say, and which confidence reaches a target precision.

The expected calibration error is the mean difference between confidence and share of correct entities over bins of
equal width, weighted by their entities (Guo et al. 2017, https://arxiv.org/abs/1706.04599). The temperature is the one
whose division of the confidences' logits makes the outcomes likeliest: above 1 the tagger is overconfident.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ner.console import align_columns
from ner.evaluation.analysis.outcomes import Outcomes
from ner.evaluation.metrics.class_score import ratio

NUM_BINS = 10
TARGET_PRECISION = 0.95
_LOG_TEMPERATURES = np.linspace(-1, 1, 21)  # to base 10; refined between the neighbours of the best
_MARGIN = 1e-6  # from 0 and 1, so that logits are finite


@dataclass(frozen=True)
class Threshold:
    """The lowest confidence at which predictions of a type reach `TARGET_PRECISION`; None where none does.

    `precision` and `recall` are those of the predictions that are kept.
    """

    confidence: float | None
    precision: float
    recall: float


@dataclass(frozen=True)
class Calibration:
    """`bins` are (entities, mean confidence, share correct) for confidences from 0 to 0.1, ..., from 0.9 to 1."""

    bins: tuple[tuple[int, float, float], ...]
    temperature: float
    thresholds: Mapping[str, Threshold]

    @classmethod
    def of_outcomes(cls, outcomes: Outcomes, types: tuple[str, ...]) -> "Calibration":
        """The calibration of a split's predicted entities."""
        predicted = outcomes.predicted < len(types)
        confidence = outcomes.confidence[predicted].astype(np.float64)
        correct = (outcomes.gold == outcomes.predicted)[predicted]
        number = np.minimum((confidence * NUM_BINS).astype(np.int64), NUM_BINS - 1)
        counts, confidences, hits = (
            np.bincount(number, weights, NUM_BINS) for weights in (np.ones_like(confidence), confidence, correct)
        )
        bins = tuple(
            (int(n), ratio(total, n), ratio(k, n)) for n, total, k in zip(counts, confidences, hits, strict=True)
        )
        thresholds = {name: _threshold(outcomes, index) for index, name in enumerate(types)}
        return cls(bins, _temperature(confidence, correct), thresholds)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Calibration":
        """The inverse of `to_json`."""
        bins = tuple((one["entities"], one["confidence"], one["correct"]) for one in fields["bins"])
        thresholds = {name: Threshold(**one) for name, one in fields["thresholds"].items()}
        return cls(bins, fields["temperature"], thresholds)

    @property
    def error(self) -> float:
        """The expected calibration error, 0 to 1."""
        total = sum(number for number, _, _ in self.bins)
        return ratio(sum(number * abs(confidence - correct) for number, confidence, correct in self.bins), total)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        names = ("entities", "confidence", "correct")
        return {
            "expected_calibration_error": self.error,
            "temperature": self.temperature,
            "bins": [dict(zip(names, one, strict=True)) for one in self.bins],
            "wanted_precision": TARGET_PRECISION,
            "thresholds": {name: vars(one) for name, one in self.thresholds.items()},
        }

    def to_lines(self) -> list[str]:
        """The reliability of confidences, and the thresholds, as tables."""
        bins = [
            [f"{index / NUM_BINS:.1f} to {(index + 1) / NUM_BINS:.1f}", f"{number:,}", f"{mean:.3f}", f"{share:.3f}"]
            for index, (number, mean, share) in enumerate(self.bins)
            if number
        ]
        thresholds = [
            [name, *(f"{value:.3f}" for value in (one.confidence, one.precision, one.recall))]
            if one.confidence is not None
            else [name, "none", "", ""]
            for name, one in self.thresholds.items()
        ]
        return [
            f"Confidence of predicted entities: expected calibration error {self.error:.3f}, "
            f"temperature {self.temperature:.2f}",
            "",
            *align_columns([["confidence", "entities", "mean", "correct"], *bins]),
            "",
            f"Lowest confidence with a precision of {TARGET_PRECISION}",
            "",
            *align_columns([["", "confidence", "precision", "recall"], *thresholds]),
        ]


def _threshold(outcomes: Outcomes, type_id: int) -> Threshold:
    chosen = outcomes.predicted == type_id
    order = np.argsort(-outcomes.confidence[chosen], kind="stable")
    confidence = outcomes.confidence[chosen][order]
    hits = np.cumsum((outcomes.gold == type_id)[chosen][order])
    precision = hits / np.arange(1, len(hits) + 1)
    last = np.append(confidence[1:] < confidence[:-1], True) if len(confidence) else np.zeros(0, bool)  # of equal ones
    reached = np.flatnonzero(last & (precision >= TARGET_PRECISION))
    if not len(reached):
        return Threshold(None, 0.0, 0.0)
    at = reached[-1]
    recall = ratio(hits[at], (outcomes.gold == type_id).sum())
    return Threshold(float(confidence[at]), float(precision[at]), recall)


def _temperature(confidence: np.ndarray, correct: np.ndarray) -> float:
    """1 where there is nothing to fit it to: no predictions, or all of them correct or all wrong."""
    if correct.all() or not correct.any():
        return 1.0
    logits = _signed_logits(confidence, correct)
    return search_temperature(lambda temperature: float(np.logaddexp(0, -logits / temperature).mean()))


def search_temperature(loss: Callable[[float], float]) -> float:
    """The temperature from 0.1 to 10 with the least `loss`, to about two percent."""
    best = 0.0
    for grid in (_LOG_TEMPERATURES, np.linspace(-0.1, 0.1, 21)):
        logs = np.clip(best + grid, _LOG_TEMPERATURES[0], _LOG_TEMPERATURES[-1])
        losses = [loss(float(10**log)) for log in logs]
        best = float(logs[int(np.argmin(losses))])
    return float(10**best)


def cross_entropy(confidence: np.ndarray, correct: np.ndarray) -> float:
    """Mean cross-entropy in nats of outcomes `correct` bool [N] that had these probabilities."""
    return float(np.logaddexp(0, -_signed_logits(confidence, correct)).mean())


def _signed_logits(confidence: np.ndarray, correct: np.ndarray) -> np.ndarray:
    bounded = np.clip(confidence, _MARGIN, 1 - _MARGIN)
    return np.log(bounded / (1 - bounded)) * np.where(correct, 1, -1)
