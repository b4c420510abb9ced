"""Precision, recall and F1 of entities in each slice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ner.console import align_columns
from ner.evaluation.metrics.class_score import ClassScore
from ner.evaluation.metrics.metric import LabelledBatch
from ner.evaluation.metrics.slices import NOT_SEEN, SEVERAL_TYPES, UPPER_CASE, Slice

# Slices with a curve of their F1 in TensorBoard; all others are in the reports and in the NER tab.
CURVES = {"unseen_mentions": NOT_SEEN, "ambiguous_mentions": SEVERAL_TYPES, "upper_case": UPPER_CASE}


@dataclass(frozen=True, eq=False)
class SliceScores:
    """Correct, predicted and gold entities of each slice: int64 [S, 3].

    Recall is over the gold entities of a slice, precision over the predicted ones; a correct entity is both.
    """

    slices: tuple[Slice, ...]
    counts: np.ndarray

    @classmethod
    def from_batch(cls, batch: LabelledBatch) -> "SliceScores":
        """The counts of one batch; of no slice where its entities were not sliced."""
        if batch.slices is None:
            return cls((), np.zeros((0, 3), np.int64))
        members = batch.slices
        correct = batch.alignment.gold == batch.alignment.predicted
        counts = [(members.gold & correct).sum(axis=1), members.predicted.sum(axis=1), members.gold.sum(axis=1)]
        return cls(members.slices, np.stack(counts, axis=1))

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "SliceScores":
        """The inverse of `to_json`; reads only the counts."""
        found = {Slice(group, name): one for group, names in fields.items() for name, one in names.items()}
        counts = [[one["correct"], one["predicted"], one["support"]] for one in found.values()]
        return cls(tuple(found), np.array(counts, np.int64).reshape(-1, 3))

    def __add__(self, other: "SliceScores") -> "SliceScores":
        if not self.slices or not other.slices:
            return self if self.slices else other
        if self.slices != other.slices:
            raise ValueError(f"counts of different slices do not add up: {self.slices} and {other.slices}")
        return SliceScores(self.slices, self.counts + other.counts)

    @property
    def scores(self) -> dict[Slice, ClassScore]:
        """Slice -> its score, every slice in order."""
        rows = zip(self.slices, self.counts.tolist(), strict=True)
        return {one: ClassScore.from_counts(*counts) for one, counts in rows}

    def to_json(self) -> dict[str, Any]:
        """Group -> name -> score and counts."""
        content: dict[str, dict[str, Any]] = {}
        for (one, score), (correct, predicted, _) in zip(self.scores.items(), self.counts.tolist(), strict=True):
            counts = {"correct": correct, "predicted": predicted}
            content.setdefault(one.group, {})[one.name] = {**score._asdict(), **counts}
        return content

    def to_lines(self) -> list[str]:
        """A table of the slices that have entities."""
        rows = [["", "precision", "recall", "f1", "gold", "predicted", "correct"]]
        for (one, score), (correct, predicted, gold) in zip(self.scores.items(), self.counts.tolist(), strict=True):
            if predicted or gold:
                ratios = [f"{value:.3f}" for value in score[:3]]
                rows.append([f"{one.group}: {one.name}", *ratios, *(f"{n:,}" for n in (gold, predicted, correct))])
        return ["Entity scores by slice", "", *align_columns(rows)] if len(rows) > 1 else []

    def scalars(self) -> dict[str, float]:
        """`entity/slice_f1/unseen_mentions`, ...: those of `CURVES`, where the split has entities in them."""
        scores = {one: score for one, score in self.scores.items() if score.support}
        return {f"entity/slice_f1/{tag}": scores[one].f1 for tag, one in CURVES.items() if one in scores}
