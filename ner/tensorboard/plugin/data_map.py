"""How a run came to each gold entity: how confident it was of the gold label on average, and how much that changed.

Dataset cartography (Swayamdipta et al. 2020, https://aclanthology.org/2020.emnlp-main.746), for entities and over
evaluations: what is easy to learn, ambiguous, or hard to learn, such as annotation errors.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

BINS = 20  # of the mean confidence, from 0 to 1, and of its standard deviation, from 0 to 0.5


class Region(NamedTuple):
    """A rectangle of bins, ends exclusive: of the standard deviation, then of the mean. ValueError outside the map."""

    first_deviation: int
    end_deviation: int
    first_mean: int
    end_mean: int

    @classmethod
    def from_text(cls, text: str) -> "Region":
        """`0,8,12,20`."""
        numbers = [int(one) for one in text.split(",")]
        if len(numbers) != len(cls._fields):
            raise ValueError(text[:100])
        region = cls(*numbers)
        if not (0 <= region[0] < region[1] <= BINS and 0 <= region[2] < region[3] <= BINS):
            raise ValueError(text[:100])
        return region


class DataMap:
    """The map of G gold entities over E evaluations: `mean` and `deviation` float [G], and their bins int [G].

    An entity that no evaluation decides is not on it.
    """

    def __init__(
        self, confidences: Sequence[np.ndarray], correct: Sequence[np.ndarray], decided: Sequence[np.ndarray]
    ) -> None:
        """`confidences` of the gold labels, float [G] an evaluation; whether entities were `correct`, and whether that
        was `decided`, bool [G] each.
        """
        known = min(map(len, confidences), default=0)
        values = np.stack([one[:known] for one in confidences]) if confidences else np.zeros([1, 0])
        self.mean, self.deviation = values.mean(axis=0), values.std(axis=0)
        num_correct, num_decided = (sum((one[:known] for one in side), np.zeros(known)) for side in (correct, decided))
        self._is_shown = num_decided > 0
        self._correct = num_correct / np.maximum(num_decided, 1)
        self.mean_bin = np.minimum((self.mean * BINS).astype(int), BINS - 1)
        self.deviation_bin = np.minimum((self.deviation * 2 * BINS).astype(int), BINS - 1)

    def inside(self, region: Region) -> np.ndarray:
        """bool [G]: the entities in a region."""
        first_deviation, end_deviation, first_mean, end_mean = region
        of_deviation = (first_deviation <= self.deviation_bin) & (self.deviation_bin < end_deviation)
        return self._is_shown & of_deviation & (first_mean <= self.mean_bin) & (self.mean_bin < end_mean)

    def to_json(self) -> dict[str, Any]:
        """`bins`, and `cells`: bin of the deviation, of the mean, entities there, and how often these were correct."""
        places = (self.deviation_bin * BINS + self.mean_bin)[self._is_shown]
        counts = np.bincount(places, minlength=BINS * BINS)
        correct = np.bincount(places, self._correct[self._is_shown], minlength=BINS * BINS)
        cells = [
            [place // BINS, place % BINS, int(counts[place]), round(float(correct[place] / counts[place]), 3)]
            for place in np.flatnonzero(counts).tolist()
        ]
        return {"bins": BINS, "entities": len(places), "cells": cells}
