"""How often labels occur in the training split: what class weights and over-sampling are made of.

The counts are made when records are built, and stand in `dataset.json`: a run reads no shard for them.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from ner.text.labels import NOT_ANNOTATED_ID

PHASES = 16

_Integers = TypeVar("_Integers")  # an int64 array of NumPy, or a tensor


def phases(sources: _Integers, lines: _Integers) -> _Integers:
    """A number from 0 to below `PHASES` for each sentence, int64 [N], which where it came from decides.

    A multiplicative hash (Knuth, The Art of Computer Programming 3, section 6.4); nothing overflows in 64 bits.
    """
    hashed: Any = lines % 2**30 * 2654435761 + sources % 2**15 * 2**31 // 3  # type: ignore[operator]
    return hashed // 2**28 % PHASES


@dataclass(frozen=True)
class LabelCounts:
    """Characters of each label, by id; (set of label ids, phase) -> how many sentences have just these.

    Counts of parts of a split add up. A sentence's phase is what `phases` gives: see `ner.data.sampling`.
    """

    characters: tuple[int, ...] = ()
    sentences: Mapping[tuple[frozenset[int], int], int] = field(default_factory=dict)

    @classmethod
    def of_sentences(
        cls, label_ids: np.ndarray, bounds: np.ndarray, phase: np.ndarray, num_labels: int
    ) -> "LabelCounts":
        """Counts of N sentences one after another: `label_ids` uint8 [T], their `bounds` int64 [N + 1], `phase` [N].

        Characters without annotation (`NOT_ANNOTATED_ID`) are in no count.
        """
        rows = np.zeros((len(phase), num_labels + 1), np.uint8)  # whether the sentence has each label, and its phase
        of_sentence, annotated = np.repeat(np.arange(len(phase)), np.diff(bounds)), label_ids != NOT_ANNOTATED_ID
        label_ids = label_ids[annotated]
        rows[of_sentence[annotated], label_ids] = 1
        rows[:, num_labels] = phase
        sentences = {}
        for row, number in zip(*np.unique(rows, axis=0, return_counts=True), strict=True):
            sentences[frozenset(np.flatnonzero(row[:num_labels]).tolist()), int(row[num_labels])] = int(number)
        return cls(tuple(np.bincount(label_ids, minlength=num_labels).tolist()), sentences)

    def __add__(self, other: "LabelCounts") -> "LabelCounts":
        if not self.characters:
            return other
        characters = tuple(a + b for a, b in zip(self.characters, other.characters, strict=True))
        return LabelCounts(characters, dict(Counter(self.sentences) + Counter(other.sentences)))

    @cached_property
    def total_sentences(self) -> int:
        """Sentences of the split."""
        return sum(self.sentences.values())

    def sentences_with(self, label_ids: frozenset[int]) -> int:
        """Sentences that have any of these labels."""
        return sum(number for (labels, _), number in self.sentences.items() if labels & label_ids)

    def to_json(self) -> dict[str, Any]:
        """Plain values: `{"characters": [...], "sentences": {"0 3 4": "5 0 2 ..."}}`, label ids -> count by phase."""
        by_labels: dict[tuple[int, ...], list[int]] = {}
        for (labels, phase), number in self.sentences.items():
            by_labels.setdefault(tuple(sorted(labels)), [0] * PHASES)[phase] = number
        sentences = {" ".join(map(str, labels)): " ".join(map(str, by_labels[labels])) for labels in sorted(by_labels)}
        return {"characters": list(self.characters), "sentences": sentences}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "LabelCounts":
        """What `to_json` gave. Raises TypeError on anything else."""
        sentences = {}
        try:
            for labels, numbers in content["sentences"].items():
                for phase, number in enumerate(map(int, numbers.split())):
                    if number:
                        sentences[frozenset(map(int, labels.split())), phase] = number
            return cls(tuple(map(int, content["characters"])), sentences)
        except ValueError as error:
            raise TypeError(f"label counts: {error}") from None
