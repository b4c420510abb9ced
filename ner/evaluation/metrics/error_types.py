"""Entity errors by type, and the partial and type-only scores of SemEval-2013 task 9.

An entity is correct if span and type are. Otherwise it is a *type* error if the span is right, a *boundary* error if it
overlaps an entity of the other side with the same type, a *type and boundary* error if it overlaps only entities of
other types, and *missed* (gold) or *spurious* (predicted) if it overlaps none. Each gold and each predicted entity is
counted exactly once; two boundary errors of one side may belong to one entity of the other.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ner.console import align_columns
from ner.evaluation.metrics.class_score import ClassScore
from ner.evaluation.metrics.metric import LabelledBatch
from ner.evaluation.metrics.span_alignment import SpanAlignment, overlaps

OUTCOMES = ("correct", "type", "boundary", "type_and_boundary", "missed", "spurious")
CORRECT, TYPE, BOUNDARY, TYPE_AND_BOUNDARY, MISSED, SPURIOUS = range(len(OUTCOMES))


def outcomes_of(alignment: SpanAlignment, num_types: int) -> np.ndarray:
    """Index into `OUTCOMES` of each entry of `alignment`, int64 [N]."""
    outcomes = np.where(alignment.gold == alignment.predicted, CORRECT, TYPE)
    outcomes[alignment.predicted == num_types] = MISSED
    outcomes[alignment.gold == num_types] = SPURIOUS
    gold, predicted = overlaps(alignment, num_types)
    outcomes[gold] = outcomes[predicted] = TYPE_AND_BOUNDARY
    same_type = alignment.gold[gold] == alignment.predicted[predicted]
    outcomes[gold[same_type]] = outcomes[predicted[same_type]] = BOUNDARY
    return outcomes


@dataclass(frozen=True, eq=False)
class ErrorTypes:
    """Numbers of gold and of predicted entities with each of `OUTCOMES`, both int64 [6].

    For the scores of SemEval, gold and predicted entities are matched one to one: `partial` counts matches whose spans
    overlap but differ, `same_type` those of equal type that overlap, exact ones included.
    """

    gold: np.ndarray
    predicted: np.ndarray
    partial: int
    same_type: int

    @classmethod
    def from_batch(cls, batch: LabelledBatch) -> "ErrorTypes":
        """The counts of one batch."""
        alignment, num_types = batch.alignment, len(batch.labels.types)
        outcomes = outcomes_of(alignment, num_types)
        gold = np.bincount(outcomes[alignment.gold < num_types], minlength=len(OUTCOMES))
        predicted = np.bincount(outcomes[alignment.predicted < num_types], minlength=len(OUTCOMES))
        partial, same_type = _semeval_matches(alignment, num_types)
        return cls(gold, predicted, partial, int(gold[CORRECT]) + same_type)

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "ErrorTypes":
        """The inverse of `to_json`; reads only the counts."""
        gold, predicted = (np.array([fields[side][name] for name in OUTCOMES]) for side in ("gold", "predicted"))
        return cls(gold, predicted, fields["partial"]["partial"], fields["type"]["correct"])

    def __add__(self, other: "ErrorTypes") -> "ErrorTypes":
        return ErrorTypes(
            self.gold + other.gold,
            self.predicted + other.predicted,
            self.partial + other.partial,
            self.same_type + other.same_type,
        )

    @property
    def counts(self) -> dict[str, int]:
        """Type of error -> number: of gold entities, and of predicted ones where `spurious`."""
        counts = {name: int(number) for name, number in zip(OUTCOMES, self.gold, strict=True)}
        return {**counts, "spurious": int(self.predicted[SPURIOUS])}

    @property
    def partial_score(self) -> ClassScore:
        """SemEval's partial match: an equal span counts 1, an overlapping one 0.5, whatever the types."""
        correct = int(self.gold[CORRECT] + self.gold[TYPE])
        return ClassScore.from_counts(correct + 0.5 * self.partial, int(self.predicted.sum()), int(self.gold.sum()))

    @property
    def type_score(self) -> ClassScore:
        """SemEval's type match: an overlapping span of the same type counts 1."""
        return ClassScore.from_counts(self.same_type, int(self.predicted.sum()), int(self.gold.sum()))

    def to_json(self) -> dict[str, Any]:
        """Both counts by name, and the two scores with the counts that they are made of."""
        return {
            "gold": dict(zip(OUTCOMES, self.gold.tolist(), strict=True)),
            "predicted": dict(zip(OUTCOMES, self.predicted.tolist(), strict=True)),
            "partial": {**self.partial_score._asdict(), "partial": self.partial},
            "type": {**self.type_score._asdict(), "correct": self.same_type},
        }

    def to_lines(self) -> list[str]:
        """A table of the counts, and the two scores."""
        counts = zip(OUTCOMES, self.gold, self.predicted, strict=True)
        rows = [[name.replace("_", " "), f"{gold:,}", f"{predicted:,}"] for name, gold, predicted in counts]
        scores = {"partial match": self.partial_score, "type match": self.type_score}
        return [
            "Entity errors by type (missed and spurious: no overlap)",
            "",
            *align_columns([["", "gold", "predicted"], *rows]),
            "",
            "Entity scores of SemEval-2013 task 9",
            "",
            *align_columns(
                [
                    ["", "precision", "recall", "f1"],
                    *([name, *(f"{value:.3f}" for value in score[:3])] for name, score in scores.items()),
                ]
            ),
        ]

    def scalars(self) -> dict[str, float]:
        """`entity/partial_f1`, `entity/type_f1`, and the numbers `entity/errors/boundary`, ..."""
        errors = {name: number for name, number in self.counts.items() if name != "correct"}
        return {
            "entity/partial_f1": self.partial_score.f1,
            "entity/type_f1": self.type_score.f1,
            **{f"entity/errors/{name}": number for name, number in errors.items()},
        }


def _semeval_matches(alignment: SpanAlignment, num_types: int) -> tuple[int, int]:
    """Numbers of one-to-one matches of overlapping, unequal spans: of any type, and of the same type.

    As nervaluate 1.2 matches: predicted entities in text order; for the partial score each takes the first free gold
    entity, for the type score the free one of its type with the closest boundaries, else the first free one.
    """
    gold_of: dict[int, list[int]] = defaultdict(list)
    for gold, predicted in zip(*(side.tolist() for side in overlaps(alignment, num_types)), strict=True):
        gold_of[predicted].append(gold)
    used_partial: set[int] = set()
    used_type: set[int] = set()
    same_type = 0
    for predicted in sorted(gold_of, key=lambda entry: (alignment.row[entry], alignment.start[entry])):
        used_partial.update([gold for gold in gold_of[predicted] if gold not in used_partial][:1])
        free = [gold for gold in gold_of[predicted] if gold not in used_type]
        same = [gold for gold in free if alignment.gold[gold] == alignment.predicted[predicted]]
        same_type += bool(same)
        used_type.update(sorted(same, key=lambda gold: _distance(alignment, gold, predicted))[:1] or free[:1])
    return len(used_partial), same_type


def _distance(alignment: SpanAlignment, one: int, other: int) -> int:
    """By how many words the boundaries of two entities differ."""
    starts, ends = alignment.start, alignment.end
    return int(abs(starts[one] - starts[other]) + abs(ends[one] - ends[other]))
