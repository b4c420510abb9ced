"""Precision, recall and F1 from counts."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np


class ClassScore(NamedTuple):
    """Precision, recall and F1 (0 to 1, and 0 where the denominator is empty); support is the gold count."""

    precision: float
    recall: float
    f1: float
    support: int

    @classmethod
    def from_counts(cls, correct: float, predicted: int, gold: int) -> "ClassScore":
        """The score from true positives, number of predictions and number of gold items."""
        return cls(
            precision=ratio(correct, predicted),
            recall=ratio(correct, gold),
            f1=ratio(2 * correct, predicted + gold),
            support=int(gold),
        )


def scores_of_diagonal(names: tuple[str, ...], counts: np.ndarray) -> dict[str, ClassScore]:
    """Name -> score of the first classes of a confusion matrix [R, C] with gold in rows."""
    gold, predicted = counts.sum(axis=1), counts.sum(axis=0)
    return {name: ClassScore.from_counts(counts[i, i], predicted[i], gold[i]) for i, name in enumerate(names)}


def occurring(names: tuple[str, ...], counts: np.ndarray) -> tuple[str, ...]:
    """The names whose row or column of a confusion matrix is not empty."""
    totals = counts.sum(axis=1) + counts.sum(axis=0)
    return tuple(name for name, total in zip(names, totals, strict=False) if total)


def count_cells(rows: np.ndarray, columns: np.ndarray, size: int) -> np.ndarray:
    """Confusion matrix int64 [size, size] of two id arrays. Raises ValueError on an id outside."""
    cells = np.ravel_multi_index((rows, columns), (size, size))
    return np.bincount(cells, minlength=size * size).reshape(size, size).astype(np.int64)


def cell_shares(counts: np.ndarray, rows: Sequence[str], columns: Sequence[str]) -> np.ndarray:
    """Each cell of a confusion matrix [R, C] as a share of its gold class, float [R, C], 0 where that is empty.

    The row of spurious entities, which is no column, has no gold class: its cells are shares of their columns.
    """
    is_class = np.array([name in columns for name in rows])[:, None]
    totals = np.where(is_class, counts.sum(axis=1, keepdims=True), counts.sum(axis=0, keepdims=True))
    return np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)


def check_same_classes(names: tuple[str, ...], others: tuple[str, ...]) -> None:
    """Raises ValueError unless the counts of two batches are of the same classes."""
    if names != others:
        raise ValueError(f"scores of different labels do not add up: {names} and {others}")


def ratio(part: float, whole: float) -> float:
    """`part / whole`, and 0 where `whole` is 0."""
    return float(part / whole) if whole else 0.0


def mean(values: Iterable[float]) -> float:
    """Arithmetic mean, and 0 of no values."""
    found = list(values)
    return sum(found) / len(found) if found else 0.0
