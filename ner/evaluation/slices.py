"""Slices of a split: entities grouped by their text, by their place, and by what training has seen of them.

A slicer is made for a training split; a new group of slices is one entry of `Slicer.groups`.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ner.evaluation.mentions import TrainingMentions

MAX_WORDS = 4
SENTENCE_LENGTHS = (10, 20, 40)
NOT_SEEN, UPPER_CASE, SEVERAL_TYPES = (
    ("mention", "not in training"),
    ("case", "upper"),
    ("types in training", "several"),
)


class Slice(NamedTuple):
    """One slice: `case`, `upper`."""

    group: str
    name: str


class SlicedEntity(NamedTuple):
    """What a slice is chosen by: an entity's text, type name and number of words, and its place in the sentence."""

    text: str
    type: str
    num_words: int
    first_word: int
    sentence_words: int


@dataclass(frozen=True, eq=False)
class SliceMembership:
    """Which entries of an alignment are in which of `slices`, bool [S, N]: as gold, and as predicted entities.

    An entry that is no gold (or no predicted) entity is in none. A wrong type may change the slice.
    """

    slices: tuple[Slice, ...]
    gold: np.ndarray
    predicted: np.ndarray


class Slicer:
    """The slices of entities for one training split: the `characters` of its vocabulary, and its mentions if known."""

    def __init__(self, characters: Collection[str], mentions: TrainingMentions | None = None) -> None:
        self._characters = frozenset(characters)
        self.groups: dict[str, tuple[tuple[str, ...], Callable[[SlicedEntity], int | None]]] = {
            "case": (("upper", "title", "lower", "other"), _case),
            "words": (("1", "2", "3", "4 or more"), lambda entity: min(entity.num_words, MAX_WORDS) - 1),
            "sentence": (("to 10 words", "to 20 words", "to 40 words", "longer"), _sentence_length),
            "position": (("first word", "later"), lambda entity: int(entity.first_word > 0)),
            "characters": (("all in training", "some not in training"), self._has_unknown_characters),
        }
        if mentions is not None:
            self.groups = {
                "mention": (("in training, same type", "in training, other type", "not in training"), mentions.novelty),
                "types in training": (("one", "several"), mentions.ambiguity),
                **self.groups,
            }

    @property
    def slices(self) -> tuple[Slice, ...]:
        """All slices in the order of reports."""
        return tuple(Slice(group, name) for group, (names, _) in self.groups.items() for name in names)

    def members(self, entities: Sequence[SlicedEntity]) -> np.ndarray:
        """Which entities are in which slice, bool [S, N]; an entity is in at most one of each group."""
        found = np.zeros((len(self.slices), len(entities)), bool)
        first = 0
        for names, choose in self.groups.values():
            for number, entity in enumerate(entities):
                chosen = choose(entity)
                if chosen is not None:
                    found[first + chosen, number] = True
            first += len(names)
        return found

    def _has_unknown_characters(self, entity: SlicedEntity) -> int:
        return int(not self._characters.issuperset(entity.text))


def _case(entity: SlicedEntity) -> int:
    text = entity.text
    if text.isupper():
        return 0
    if text.islower():
        return 2
    first_letter = next((character for character in text if character.isalpha()), "")
    return 1 if first_letter.isupper() or first_letter.istitle() else 3


def _sentence_length(entity: SlicedEntity) -> int:
    return bisect_left(SENTENCE_LENGTHS, entity.sentence_words)
