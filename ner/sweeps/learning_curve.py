"""What more training sentences are worth: scores of trials by the share of the training split that they had.

Scores of taggers grow about linearly in the logarithm of the number of sentences, as long as the share is not tiny; the
slope on log2 is what doubling the data is worth.
"""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ner.sweeps.grid import SEED
from ner.sweeps.trial_result import LOSS, TrialResult

SHARE = "train_share"


@dataclass(frozen=True)
class LearningCurve:
    """The scores of one setting by seed and share; `setting` is the trials' name without both."""

    setting: str
    metric: str
    scores: dict[str, dict[float, float]]

    @property
    def shares(self) -> list[float]:
        """All shares, the smallest first."""
        return sorted({share for by_share in self.scores.values() for share in by_share})

    def at(self, share: float) -> list[float]:
        """The scores of the seeds that were trained with a share."""
        return [by_share[share] for by_share in self.scores.values() if share in by_share]

    def slopes(self) -> list[float]:
        """For each seed with several shares, by how much the score changes with each doubling (least squares)."""
        found = []
        for by_share in self.scores.values():
            if len(by_share) > 1:
                doublings = [math.log2(share) for share in by_share]
                found.append(statistics.linear_regression(doublings, list(by_share.values())).slope)
        return found

    def interval(self) -> tuple[float, float] | None:
        """95% interval of the mean slope over seeds (Student's t); None with one seed."""
        slopes = self.slopes()
        if len(slopes) < 2:
            return None
        from scipy import stats  # not above: it takes a second

        half = float(stats.t.ppf(0.975, len(slopes) - 1)) * statistics.stdev(slopes) / math.sqrt(len(slopes))
        mean = statistics.fmean(slopes)
        return mean - half, mean + half

    def last_doubling(self) -> float:
        """By how much the mean score changes with each doubling between the two largest shares."""
        smaller, larger = self.shares[-2:]
        change = statistics.fmean(self.at(larger)) - statistics.fmean(self.at(smaller))
        return change / math.log2(larger / smaller)

    def sentence(self) -> str:
        """What doubling the data is worth, in words."""
        slopes, shares = self.slopes(), self.shares
        interval = self.interval()
        if interval:
            certainty = f"95% interval {self._amount(interval[0])} to {self._amount(interval[1])}, {len(slopes)} seeds"
        else:
            certainty = "one seed: no interval, give --seeds=3 or more"
        subject = "Doubling" if self.setting == "as given" else f"{self.setting}: doubling"
        unit = self.metric if self.metric == LOSS else f"points of {self.metric}"
        return (
            f"{subject} the training data is worth about {self._amount(statistics.fmean(slopes))} {unit} ({certainty}; "
            f"fit over shares {shares[0]:g} to {shares[-1]:g}); from {shares[-2]:g} to {shares[-1]:g} alone, a "
            f"doubling was worth {self._amount(self.last_doubling())}."
        )

    def _amount(self, value: float) -> str:
        return f"{value:+.4f}" if self.metric == LOSS else f"{100 * value:+.1f}"


NOTE = (
    "All shares had the same settings: with the same --epochs, smaller ones had fewer updates, which adds to the slope."
)


def learning_curves(results: Sequence[TrialResult]) -> list[LearningCurve]:
    """A curve for each setting of which several shares have a score, the best setting first in the sweep's order."""
    found: dict[str, LearningCurve] = {}
    for one in results:
        values = dict(part.split("=") for part in one.trial.name.split(",") if "=" in part)  # a flag file has none
        if one.score is None or SHARE not in values:
            continue
        name = one.trial.without(SEED, SHARE)
        curve = found.setdefault(name, LearningCurve(name, one.metric, {}))
        curve.scores.setdefault(values.get(SEED, ""), {})[float(values[SHARE])] = one.score
    return [curve for curve in found.values() if curve.slopes()]


def points(curve: LearningCurve) -> np.ndarray:
    """Share, mean score and standard deviation over seeds (0 with one) of each share: float64 [shares, 3]."""
    rows = []
    for share in curve.shares:
        scores = curve.at(share)
        rows.append((share, statistics.fmean(scores), statistics.stdev(scores) if len(scores) > 1 else 0.0))
    return np.array(rows)
