"""Entities by their text: which strings are wrong most often, and as what they are predicted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ner.console import align_columns
from ner.evaluation.entity_scores import MISSED, SPURIOUS
from ner.evaluation.outcomes import Outcomes
from ner.evaluation.tables import csv_table

NUM_REPORTED = 15
_COLUMNS = ("entity", "times", "correct", "gold", "predicted")


@dataclass
class EntityString:
    """One string: how often it is a gold or a predicted entity, how often it is both with one type, and the types."""

    text: str
    times: int = 0
    correct: int = 0
    gold: Counter[str] = field(default_factory=Counter)  # type or "spurious" -> times
    predicted: Counter[str] = field(default_factory=Counter)  # type or "missed" -> times

    @property
    def wrong(self) -> int:
        """How often it is wrong."""
        return self.times - self.correct

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        counts = {"times": self.times, "correct": self.correct}
        return {"text": self.text, **counts, "gold": dict(self.gold), "predicted": dict(self.predicted)}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "EntityString":
        """The inverse of `to_json`."""
        counts = (Counter(fields["gold"]), Counter(fields["predicted"]))
        return cls(fields["text"], fields["times"], fields["correct"], *counts)


def entity_strings(outcomes: Outcomes, types: Sequence[str]) -> list[EntityString]:
    """All strings, the one that is wrong most often first; of equal ones in alphabetical order."""
    found: dict[str, EntityString] = {}
    gold_names, predicted_names = (*types, SPURIOUS), (*types, MISSED)
    columns = (outcomes.text, outcomes.gold.tolist(), outcomes.predicted.tolist())
    for text, gold, predicted in zip(*columns, strict=True):
        one = found.setdefault(text, EntityString(text))
        one.times += 1
        one.correct += gold == predicted
        one.gold[gold_names[gold]] += 1
        one.predicted[predicted_names[predicted]] += 1
    return sorted(found.values(), key=lambda one: (-one.wrong, one.text))


def to_lines(strings: Sequence[EntityString]) -> list[str]:
    """A table of the strings that are wrong most often; nothing where none is."""
    rows = [
        [_short(one.text), f"{one.wrong:,}", f"{one.times:,}", _listed(one.gold), _listed(one.predicted)]
        for one in strings[:NUM_REPORTED]
        if one.wrong
    ]
    if not rows:
        return []
    return ["Entities wrong most often", "", *align_columns([["", "wrong", "times", "gold", "predicted"], *rows])]


def to_csv(strings: Sequence[EntityString]) -> str:
    """One line for each string."""
    rows = ([one.text, str(one.times), str(one.correct), _listed(one.gold), _listed(one.predicted)] for one in strings)
    return csv_table([_COLUMNS, *rows])


def _listed(times: Mapping[str, int]) -> str:
    """`LOC 7, ORG 2`, the most frequent first."""
    return ", ".join(f"{name} {number}" for name, number in Counter(times).most_common())


def _short(text: str, width: int = 30) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
