"""Slices of a split: entities grouped by their text, by their place, and by what training has seen of them.

A slicer is made for a training split; a new group of slices is one entry of `Slicer.groups`.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ner.evaluation.metrics.mentions import TrainingMentions

MAX_WORDS = 4
SENTENCE_LENGTHS = (10, 20, 40)
_CACHED_TEXTS = 50_000  # texts recur in every evaluation of a run
NOT_SEEN, UPPER_CASE, SEVERAL_TYPES = (
    ("mention", "not in training"),
    ("case", "upper"),
    ("types in training", "several"),
)


class Slice(NamedTuple):
    """One slice: `case`, `upper`."""

    group: str
    name: str


class SlicedEntities(NamedTuple):
    """What slices are chosen by, for N entities: texts, type names, and int64 [N] numbers of words and places."""

    texts: Sequence[str]
    types: Sequence[str]
    num_words: np.ndarray
    first_word: np.ndarray
    sentence_words: np.ndarray


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
        known = frozenset(characters)
        has_unknown = lru_cache(_CACHED_TEXTS)(lambda text: int(not known.issuperset(text)))
        self.groups: dict[str, tuple[tuple[str, ...], Callable[[SlicedEntities], np.ndarray]]] = {
            "case": (("upper", "title", "lower", "other"), lambda entities: _each(_case, entities.texts)),
            "words": (("1", "2", "3", "4 or more"), lambda entities: np.minimum(entities.num_words, MAX_WORDS) - 1),
            "sentence": (
                ("to 10 words", "to 20 words", "to 40 words", "longer"),
                lambda entities: np.searchsorted(SENTENCE_LENGTHS, entities.sentence_words),
            ),
            "position": (("first word", "later"), lambda entities: (entities.first_word > 0).astype(np.int64)),
            "characters": (
                ("all in training", "some not in training"),
                lambda entities: _each(has_unknown, entities.texts),
            ),
        }
        if mentions is not None:
            self.groups = {
                "mention": (
                    ("in training, same type", "in training, other type", "not in training"),
                    lambda entities: _each(mentions.novelty, entities.texts, entities.types),
                ),
                "types in training": (("one", "several"), lambda entities: _each(mentions.ambiguity, entities.texts)),
                **self.groups,
            }

    @property
    def slices(self) -> tuple[Slice, ...]:
        """All slices in the order of reports."""
        return tuple(Slice(group, name) for group, (names, _) in self.groups.items() for name in names)

    def members(self, entities: SlicedEntities) -> np.ndarray:
        """Which entities are in which slice, bool [S, N]; an entity is in at most one of each group."""
        chosen = [(len(names), choose(entities)) for names, choose in self.groups.values()]
        return np.concatenate([np.arange(number)[:, None] == choice for number, choice in chosen])


def _each(choose: Callable[..., int], *columns: Sequence[str]) -> np.ndarray:
    """int64 [N]: the number of each entity's slice, -1 where it is in none of the group."""
    return np.fromiter(map(choose, *columns), np.int64, len(columns[0]))


@lru_cache(_CACHED_TEXTS)
def _case(text: str) -> int:
    if text.isupper():
        return 0
    if text.islower():
        return 2
    first_letter = next((character for character in text if character.isalpha()), "")
    return 1 if first_letter.isupper() or first_letter.istitle() else 3
