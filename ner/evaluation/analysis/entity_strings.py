"""Entities by their text: which strings are wrong most often, and as what they are predicted."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ner.console import align_columns
from ner.evaluation.analysis.outcomes import Outcomes
from ner.evaluation.metrics.entity_scores import MISSED, SPURIOUS
from ner.evaluation.metrics.tables import csv_table

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
    texts = sorted(set(outcomes.text))
    index_of = {text: index for index, text in enumerate(texts)}
    index = np.fromiter(map(index_of.__getitem__, outcomes.text), np.int64, len(outcomes.text))
    counts = zip(
        np.bincount(index, minlength=len(texts)).tolist(),
        np.bincount(index[outcomes.gold == outcomes.predicted], minlength=len(texts)).tolist(),
        strict=True,
    )
    found = [EntityString(text, times, correct) for text, (times, correct) in zip(texts, counts, strict=True)]
    for one, name, times in _type_counts(index, outcomes.gold, (*types, SPURIOUS)):
        found[one].gold[name] = times
    for one, name, times in _type_counts(index, outcomes.predicted, (*types, MISSED)):
        found[one].predicted[name] = times
    return sorted(found, key=lambda one: one.correct - one.times)  # stable: the texts are sorted


def _type_counts(index: np.ndarray, type_ids: np.ndarray, names: Sequence[str]) -> Iterator[tuple[int, str, int]]:
    """Index of a text, name of a type that it has, and how often."""
    pairs, times = np.unique(index * len(names) + type_ids, return_counts=True)
    for pair, number in zip(pairs.tolist(), times.tolist(), strict=True):
        yield pair // len(names), names[pair % len(names)], number


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
