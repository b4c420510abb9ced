"""Exact-match scores of entities, as `conlleval` counts them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ner.console import align_columns
from ner.evaluation.metrics.class_score import (
    ClassScore,
    check_same_classes,
    count_cells,
    mean,
    occurring,
    scores_of_diagonal,
)
from ner.evaluation.metrics.confusion import RATIOS
from ner.evaluation.metrics.metric import LabelledBatch
from ner.evaluation.metrics.span_alignment import align_spans
from ner.text.labels import Labels

MISSED = "missed"  # the column of gold entities that no predicted entity matches
SPURIOUS = "spurious"  # the row of predicted entities that match no gold entity


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
        return cls(labels.types, count_cells(alignment.gold, alignment.predicted, len(labels.types) + 1))

    @classmethod
    def from_batch(cls, batch: LabelledBatch) -> "EntityScores":
        """The counts of one batch."""
        types = batch.labels.types
        return cls(types, count_cells(batch.alignment.gold, batch.alignment.predicted, len(types) + 1))

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "EntityScores":
        """The inverse of `to_json`; reads only the counts."""
        types, confusion = tuple(fields["per_type"]), fields["confusion"]
        counts = [[confusion[row][column] for column in (*types, MISSED)] for row in (*types, SPURIOUS)]
        return cls(types, np.array(counts, np.int64))

    def __add__(self, other: "EntityScores") -> "EntityScores":
        check_same_classes(self.types, other.types)
        return EntityScores(self.types, self.counts + other.counts)

    @property
    def per_type(self) -> dict[str, ClassScore]:
        """Type name -> its score, every type in order."""
        return scores_of_diagonal(self.types, self.counts)

    @property
    def micro(self) -> ClassScore:
        """The score over entities of all types together: `conlleval`'s overall line."""
        correct, predicted, gold = self.counts.trace(), self.counts[:, :-1].sum(), self.counts[:-1].sum()
        return ClassScore.from_counts(int(correct), int(predicted), int(gold))

    @property
    def macro(self) -> ClassScore:
        """Mean scores of the types that occur in gold or predicted; support is the number of all gold entities."""
        per_type = self.per_type
        scores = [per_type[name] for name in occurring(self.types, self.counts)]
        return ClassScore(
            precision=mean(score.precision for score in scores),
            recall=mean(score.recall for score in scores),
            f1=mean(score.f1 for score in scores),
            support=int(self.counts[:-1].sum()),
        )

    @property
    def with_averages(self) -> dict[str, ClassScore]:
        """The rows of a table for people: every type, then `micro average` and `macro average`."""
        return {**self.per_type, "micro average": self.micro, "macro average": self.macro}

    @property
    def confusion(self) -> dict[str, dict[str, int]]:
        """Gold type or "spurious" -> predicted type or "missed" -> number of entities."""
        rows = zip((*self.types, SPURIOUS), self.counts.tolist(), strict=True)
        return {name: dict(zip((*self.types, MISSED), row, strict=True)) for name, row in rows}

    def to_json(self) -> dict[str, Any]:
        """Averages, the scores of each type, and the matrix by names."""
        return {
            "micro": self.micro._asdict(),
            "macro": self.macro._asdict(),
            "per_type": {name: score._asdict() for name, score in self.per_type.items()},
            "confusion": self.confusion,
        }

    def to_lines(self) -> list[str]:
        """The scores of each type with averages, and the confusion matrix."""
        counts = self.counts
        rows = [["", "precision", "recall", "f1", "gold", "predicted", "correct"]]
        for index, (name, score) in enumerate(self.per_type.items()):
            rows.append(_row(name, score, int(counts[:, index].sum()), int(counts[index, index])))
        totals = int(counts[:, :-1].sum()), int(counts.trace())
        rows += [_row("micro avg", self.micro, *totals), _row("macro avg", self.macro, *totals)]
        matrix = [[name, *(f"{number:,}" for number in row.values())] for name, row in self.confusion.items()]
        return [
            "Entities (exact span and type)",
            "",
            *align_columns(rows),
            "",
            "Entity confusion matrix (rows gold, columns predicted; missed and spurious: no equal span)",
            "",
            *align_columns([["", *self.types, MISSED], *matrix]),
        ]

    def scalars(self) -> dict[str, float]:
        """`entity/micro_f1`, `entity/macro_recall`, `entity/f1/PER`, ..."""
        averages = {"micro": self.micro, "macro": self.macro}
        types = self.per_type.items()
        return {
            **{f"entity/{name}_{field}": getattr(score, field) for name, score in averages.items() for field in RATIOS},
            **{f"entity/{field}/{name}": getattr(score, field) for field in RATIOS for name, score in types},
        }


def _row(name: str, score: ClassScore, predicted: int, correct: int) -> list[str]:
    return [name, *(f"{value:.3f}" for value in score[:3]), *(f"{n:,}" for n in (score.support, predicted, correct))]
