"""Counts of gold and predicted labels and entities: counts add up, ratios are computed once at the end.

Rows are gold and columns are predicted, everywhere. Scores of a split are the sum over its batches:
`sum((Scores.from_batch(...) for ... in batches), Scores.empty(labels))`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ner.evaluation.span_alignment import align_spans
from ner.text.labels import Labels

MISSED = "missed"  # the column of gold entities that no predicted entity matches
SPURIOUS = "spurious"  # the row of predicted entities that match no gold entity


class ClassScore(NamedTuple):
    """Precision, recall and F1 (0 to 1, and 0 where the denominator is empty); support is the gold count."""

    precision: float
    recall: float
    f1: float
    support: int

    @classmethod
    def from_counts(cls, correct: int, predicted: int, gold: int) -> "ClassScore":
        """The score from true positives, number of predictions and number of gold items."""
        return cls(
            precision=_ratio(correct, predicted),
            recall=_ratio(correct, gold),
            f1=_ratio(2 * correct, predicted + gold),
            support=int(gold),
        )


def _ratio(part: int, whole: int) -> float:
    return float(part / whole) if whole else 0.0


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


@dataclass(frozen=True, eq=False)
class Confusion:
    """How often each gold label was predicted as each label: int64 [C, C], rows gold, columns predicted."""

    labels: tuple[str, ...]
    counts: np.ndarray

    def __post_init__(self) -> None:
        if self.counts.shape != (len(self.labels),) * 2:
            raise ValueError(f"counts of {len(self.labels)} labels are a square, got shape {self.counts.shape}")

    @classmethod
    def from_ids(cls, gold: np.ndarray, predicted: np.ndarray, labels: tuple[str, ...]) -> "Confusion":
        """Counts over two id arrays of one shape; positions with negative gold (padding) are ignored.

        Raises ValueError on an id that is not a label.
        """
        real = gold >= 0
        return cls(labels, _count_cells(gold[real], predicted[real], len(labels)))

    def __add__(self, other: "Confusion") -> "Confusion":
        _check_same(self.labels, other.labels)
        return Confusion(self.labels, self.counts + other.counts)

    @property
    def per_class(self) -> dict[str, ClassScore]:
        """Label name -> its score, every label in order."""
        return _diagonal_scores(self.labels, self.counts)

    @property
    def accuracy(self) -> float:
        """Fraction of correct predictions."""
        return _ratio(int(self.counts.trace()), int(self.counts.sum()))

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the labels that occur in gold or predicted, which is scikit-learn's default set."""
        scores = self.per_class
        return _mean(scores[label].f1 for label in self.occurring)

    @property
    def occurring(self) -> tuple[str, ...]:
        """The labels that gold or predicted contain."""
        return _occurring(self.labels, self.counts)


@dataclass(frozen=True, eq=False)
class EntityScores:
    """Which gold entities were predicted as what: int64 [K + 1, K + 1] for K entity types.

    As in `conlleval`, only the exact span matches. A gold and a predicted entity of the same span are counted in cell
    (gold type, predicted type); every other gold entity is counted in the last column (`missed`), every other predicted
    one in the last row (`spurious`).
    """

    types: tuple[str, ...]
    counts: np.ndarray

    def __post_init__(self) -> None:
        if self.counts.shape != (len(self.types) + 1,) * 2:
            raise ValueError(f"counts of {len(self.types)} types are [K + 1, K + 1], got shape {self.counts.shape}")

    @classmethod
    def from_ids(cls, gold: np.ndarray, predicted: np.ndarray, labels: Labels) -> "EntityScores":
        """Counts over label ids [B, W], one sentence a row; words with negative gold are ignored."""
        alignment = align_spans(gold, predicted, labels)
        return cls.from_alignment(alignment.gold, alignment.predicted, labels.types)

    @classmethod
    def from_alignment(cls, gold: np.ndarray, predicted: np.ndarray, types: tuple[str, ...]) -> "EntityScores":
        """Counts over the type ids [N] of `ner.evaluation.span_alignment.SpanAlignment`."""
        return cls(types, _count_cells(gold, predicted, len(types) + 1))

    def __add__(self, other: "EntityScores") -> "EntityScores":
        _check_same(self.types, other.types)
        return EntityScores(self.types, self.counts + other.counts)

    @property
    def per_type(self) -> dict[str, ClassScore]:
        """Type name -> its score, every type in order."""
        return _diagonal_scores(self.types, self.counts)

    @property
    def micro(self) -> ClassScore:
        """The score over entities of all types together: `conlleval`'s overall line."""
        correct, predicted, gold = self.counts.trace(), self.counts[:, :-1].sum(), self.counts[:-1].sum()
        return ClassScore.from_counts(int(correct), int(predicted), int(gold))

    @property
    def macro(self) -> ClassScore:
        """Mean scores of the types that occur in gold or predicted; support is the number of all gold entities."""
        per_type = self.per_type
        scores = [per_type[name] for name in _occurring(self.types, self.counts)]
        return ClassScore(
            precision=_mean(score.precision for score in scores),
            recall=_mean(score.recall for score in scores),
            f1=_mean(score.f1 for score in scores),
            support=int(self.counts[:-1].sum()),
        )

    @property
    def confusion(self) -> dict[str, dict[str, int]]:
        """Gold type or "spurious" -> predicted type or "missed" -> number of entities."""
        rows = zip((*self.types, SPURIOUS), self.counts.tolist(), strict=True)
        return {row: dict(zip((*self.types, MISSED), line, strict=True)) for row, line in rows}


@dataclass(frozen=True, eq=False)
class Scores:
    """All counts over a split, at the levels of characters, words and entities."""

    characters: Confusion
    words: Confusion
    entities: EntityScores
    sentences: int
    tokens: int

    @classmethod
    def empty(cls, labels: Labels) -> "Scores":
        """Scores of zero sentences."""
        nothing = np.zeros((0, 0), np.int64)
        return cls.from_batch(nothing, nothing, nothing, nothing, labels)

    @classmethod
    def from_batch(
        cls,
        gold_chars: np.ndarray,
        predicted_chars: np.ndarray,
        gold_words: np.ndarray,
        predicted_words: np.ndarray,
        labels: Labels,
    ) -> "Scores":
        """Scores of label ids of characters [B, T] and of words [B, W].

        Gold is -1 at padding, which is only at row ends. A row of padding only is not a sentence.
        """
        real = gold_words >= 0
        return cls(
            characters=Confusion.from_ids(gold_chars, predicted_chars, labels.names),
            words=Confusion.from_ids(gold_words, predicted_words, labels.names),
            entities=EntityScores.from_ids(gold_words, predicted_words, labels),
            sentences=int(real.any(axis=1).sum()),
            tokens=int(real.sum()),
        )

    def __add__(self, other: "Scores") -> "Scores":
        return Scores(
            self.characters + other.characters,
            self.words + other.words,
            self.entities + other.entities,
            self.sentences + other.sentences,
            self.tokens + other.tokens,
        )


def _count_cells(rows: np.ndarray, columns: np.ndarray, size: int) -> np.ndarray:
    cells = np.ravel_multi_index((rows, columns), (size, size))  # raises ValueError on an id outside
    return np.bincount(cells, minlength=size * size).reshape(size, size).astype(np.int64)


def _diagonal_scores(names: tuple[str, ...], counts: np.ndarray) -> dict[str, ClassScore]:
    gold, predicted = counts.sum(axis=1), counts.sum(axis=0)
    return {name: ClassScore.from_counts(counts[i, i], predicted[i], gold[i]) for i, name in enumerate(names)}


def _occurring(names: tuple[str, ...], counts: np.ndarray) -> tuple[str, ...]:
    seen = counts.sum(axis=1) + counts.sum(axis=0)
    return tuple(name for name, number in zip(names, seen, strict=False) if number)


def _check_same(names: tuple[str, ...], others: tuple[str, ...]) -> None:
    if names != others:
        raise ValueError(f"scores of different labels do not add up: {names} and {others}")
