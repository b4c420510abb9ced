"""Confusion matrices of the labels of characters and of words. Rows are gold and columns are predicted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np

from ner.evaluation.metrics.class_score import (
    ClassScore,
    check_same_classes,
    count_cells,
    mean,
    occurring,
    scores_of_diagonal,
)
from ner.evaluation.metrics.metric import LabelledBatch
from ner.evaluation.metrics.tables import class_table

RATIOS = ("f1", "precision", "recall")
AnyConfusion = TypeVar("AnyConfusion", bound="Confusion")


@dataclass(frozen=True, eq=False)
class Confusion:
    """How often each gold label was predicted as each label: int64 [C, C], rows gold, columns predicted."""

    level: ClassVar[str] = ""
    labels: tuple[str, ...]
    counts: np.ndarray

    def __post_init__(self) -> None:
        if self.counts.shape != (len(self.labels),) * 2:
            raise ValueError(f"counts of {len(self.labels)} labels are a square, got shape {self.counts.shape}")

    @classmethod
    def from_ids(
        cls: type[AnyConfusion], gold: np.ndarray, predicted: np.ndarray, labels: tuple[str, ...]
    ) -> AnyConfusion:
        """Counts over two id arrays of one shape; positions with negative gold (padding) are ignored.

        Raises ValueError on an id that is not a label.
        """
        real = gold >= 0
        return cls(labels, count_cells(gold[real], predicted[real], len(labels)))

    @classmethod
    def from_json(cls: type[AnyConfusion], fields: Mapping[str, Any]) -> AnyConfusion:
        """The inverse of `to_json`; reads only the counts."""
        return cls(tuple(fields["labels"]), np.array(fields["confusion_matrix"], np.int64))

    def __add__(self: AnyConfusion, other: AnyConfusion) -> AnyConfusion:
        check_same_classes(self.labels, other.labels)
        return type(self)(self.labels, self.counts + other.counts)

    @property
    def per_class(self) -> dict[str, ClassScore]:
        """Label name -> its score, every label in order."""
        return scores_of_diagonal(self.labels, self.counts)

    @property
    def accuracy(self) -> float:
        """Fraction of correct predictions."""
        return float(self.counts.trace() / self.counts.sum()) if self.counts.any() else 0.0

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the labels that occur in gold or predicted, which is scikit-learn's default set."""
        scores = self.per_class
        return mean(scores[label].f1 for label in occurring(self.labels, self.counts))

    def to_json(self) -> dict[str, Any]:
        """Averages, the matrix, and the scores of each label."""
        return {
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "labels": list(self.labels),
            "confusion_matrix": self.counts.tolist(),
            "per_class": {label: score._asdict() for label, score in self.per_class.items()},
        }

    def to_lines(self) -> list[str]:
        """A heading and the table of scikit-learn's `classification_report`."""
        return [f"{self.level.capitalize()}s", "", *class_table(self.labels, self.counts)]

    def scalars(self) -> dict[str, float]:
        """`character/accuracy`, `character/macro_f1`, `character/f1/B-PER`, ..."""
        classes = self.per_class.items()
        return {
            f"{self.level}/accuracy": self.accuracy,
            f"{self.level}/macro_f1": self.macro_f1,
            **{f"{self.level}/{field}/{label}": getattr(score, field) for field in RATIOS for label, score in classes},
        }


class CharacterConfusion(Confusion):
    """Confusion of the labels of characters."""

    level = "character"

    @classmethod
    def from_batch(cls, batch: LabelledBatch) -> "CharacterConfusion":
        """The counts of one batch."""
        return cls.from_ids(batch.gold_chars, batch.predicted_chars, batch.labels.names)


class WordConfusion(Confusion):
    """Confusion of the labels of words, as decoded."""

    level = "word"

    @classmethod
    def from_batch(cls, batch: LabelledBatch) -> "WordConfusion":
        """The counts of one batch."""
        return cls.from_ids(batch.gold_words, batch.predicted_words, batch.labels.names)
