"""Bootstrap intervals of entity F1, and whether one evaluation is better than another.

Documents are drawn with replacement where the split has many, else sentences, which are less dependent on one another
than entities (Efron and Tibshirani 1993, chapter 13; paired: Koehn 2004, https://aclanthology.org/W04-3250). Everything
is computed from counts of each unit, so nothing is predicted again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ner.console import align_columns, counted
from ner.evaluation.analysis.outcomes import Outcomes

RESAMPLES = 1_000
LEVEL = 0.95
MIN_DOCUMENTS = 30  # with fewer, sentences are drawn
MAX_UNITS = 10_000  # of more, neighbours are drawn together
_AT_ONCE = 2**22  # random numbers
CORRECT, PREDICTED, GOLD = range(3)

Interval = tuple[float, float]


@dataclass(frozen=True, eq=False)
class UnitCounts:
    """Correct, predicted and gold entities by type of each unit that is drawn: int64 [U, K, 3]."""

    unit: str  # "document" or "sentence", or a group of neighbouring ones: "sentence group"
    counts: np.ndarray

    @classmethod
    def of_outcomes(cls, outcomes: Outcomes) -> "UnitCounts":
        """The counts of a split's documents or sentences."""
        documents = np.unique(outcomes.document, return_inverse=True)[1]
        by_document = documents.max(initial=-1) + 1 >= MIN_DOCUMENTS
        unit_of = documents if by_document else np.arange(len(outcomes.words))
        unit, number = "document" if by_document else "sentence", int(unit_of.max(initial=-1)) + 1
        if number > MAX_UNITS:
            unit, unit_of, number = f"{unit} group", unit_of * MAX_UNITS // number, MAX_UNITS
        units, types = unit_of[outcomes.sentence], outcomes.num_types
        counts = np.zeros((number, types, 3), np.int64)
        correct = outcomes.gold == outcomes.predicted
        for column, side, chosen in (
            (CORRECT, outcomes.gold, correct),
            (PREDICTED, outcomes.predicted, outcomes.predicted < types),
            (GOLD, outcomes.gold, outcomes.gold < types),
        ):
            cells = np.bincount(units[chosen] * types + side[chosen], minlength=number * types)
            counts[..., column] = cells.reshape(number, types)
        return cls(unit, counts)


@dataclass(frozen=True)
class Intervals:
    """Intervals of entity F1 that hold `LEVEL` of the resamples: micro, macro and of each type, from 0 to 1."""

    unit: str
    units: int
    micro: Interval
    macro: Interval
    per_type: Mapping[str, Interval]

    @classmethod
    def of_counts(cls, units: UnitCounts, types: tuple[str, ...]) -> "Intervals":
        """The intervals of an evaluation; those of a split without sentences are (0, 0)."""
        number = len(units.counts)
        if not number:
            return cls(units.unit, 0, (0.0, 0.0), (0.0, 0.0), dict.fromkeys(types, (0.0, 0.0)))
        micro, macro, by_type = _f1(np.concatenate(list(_resampled(units.counts))))
        per_type = {name: _interval(by_type[:, index]) for index, name in enumerate(types)}
        return cls(units.unit, number, _interval(micro), _interval(macro), per_type)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Intervals":
        """The inverse of `to_json`."""
        per_type = {name: tuple(one) for name, one in fields["per_type"].items()}
        return cls(fields["unit"], fields["units"], tuple(fields["micro"]), tuple(fields["macro"]), per_type)

    def to_json(self) -> dict[str, Any]:
        """Plain values, with the method."""
        method = {"level": LEVEL, "resamples": RESAMPLES, "unit": self.unit, "units": self.units}
        return {**method, "micro": self.micro, "macro": self.macro, "per_type": dict(self.per_type)}

    @property
    def with_averages(self) -> dict[str, Interval]:
        """The interval of each row of `EntityScores.with_averages`."""
        return {**self.per_type, "micro average": self.micro, "macro average": self.macro}

    def to_lines(self) -> list[str]:
        """A table of the intervals."""
        rows = {**self.per_type, "micro avg": self.micro, "macro avg": self.macro}
        return [
            f"Entity F1, {LEVEL:.0%} bootstrap intervals ({RESAMPLES:,} resamples of {counted(self.units, self.unit)})",
            "",
            *align_columns([["", "from", "to"], *([name, f"{a:.3f}", f"{b:.3f}"] for name, (a, b) in rows.items())]),
        ]


def compare(counts: np.ndarray, before: np.ndarray) -> dict[str, Any]:
    """Change of micro F1 from `before` to `counts`, both int64 [U, K, 3] of the same units, by paired bootstrap.

    `difference`, its `interval`, and `better`, the share of resamples in which it is above 0 (equal ones count half).
    Gold entities may differ: each evaluation leaves out those that it does not decide. Raises ValueError where the
    numbers of units or types differ.
    """
    if counts.shape != before.shape:
        raise ValueError("the two evaluations are not of the same sentences")
    pair = np.concatenate([counts, before], axis=1)
    totals = np.concatenate([pair.sum(axis=0, keepdims=True), *_resampled(pair)])
    types = counts.shape[1]
    differences = _f1(totals[:, :types])[0] - _f1(totals[:, types:])[0]
    resampled = differences[1:]
    better = float(np.mean((resampled > 0) + 0.5 * (resampled == 0)))
    return {"difference": float(differences[0]), "interval": _interval(resampled), "better": better}


def _resampled(counts: np.ndarray) -> Iterator[np.ndarray]:
    """Total counts, float64 [r, K, 3], of some of the resamples; `RESAMPLES` in all, the same in every call."""
    units = len(counts)
    random = np.random.default_rng(0)
    flat = counts.reshape(units, -1).astype(np.float64)
    rest = RESAMPLES
    while rest:
        rows = min(rest, max(1, _AT_ONCE // max(units, 1)))
        drawn = random.integers(0, units, (rows, units)) + units * np.arange(rows)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=rows * units).reshape(rows, units).astype(np.float64)
        yield (weights @ flat).reshape(rows, *counts.shape[1:])
        rest -= rows


def _f1(totals: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Micro F1 [R], macro F1 [R] of the types that occur, and F1 of each type [R, K] from totals [R, K, 3]."""

    def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
        return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)

    items = totals[..., PREDICTED] + totals[..., GOLD]
    by_type = ratio(2 * totals[..., CORRECT], items)
    micro = ratio(2 * totals[..., CORRECT].sum(axis=1), items.sum(axis=1))
    return micro, ratio(by_type.sum(axis=1), (items > 0).sum(axis=1).astype(np.float64)), by_type


def _interval(values: np.ndarray) -> Interval:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
