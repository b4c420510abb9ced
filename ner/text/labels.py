"""The closed, ordered set of IOB2 labels and the moves that IOB2 allows between them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ner.errors import InputError

OUTSIDE = "O"
MAX_LABELS = 255  # a label id is one byte of a record
MAX_TYPES = 127  # the outcome of an entity is one byte too: a type or none, and whether it is right
NOT_ANNOTATED = "-"  # in place of the tag of an unannotated token, as spaCy writes it
NOT_ANNOTATED_ID = MAX_LABELS  # its byte in a record
PADDING_LABEL, UNLABELLED = -1, -2  # in padded batches of ids: after a sentence, and where characters are unannotated


@lru_cache(maxsize=1024)
def split_label(label: str) -> tuple[str, str]:
    """Prefix and entity type of a label: `"B-LOC"` -> `("B", "LOC")`, `"O"` -> `("O", "")`."""
    prefix, _, entity_type = label.partition("-")
    return prefix, entity_type


@dataclass(frozen=True)
class Labels:
    """Label names in id order; id 0 is always `O`.

    Raises `InputError` on a name that is no IOB2 label, on a repeated name, and when `O` is not first.
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.names or self.names[0] != OUTSIDE:
            raise InputError(f"the first label must be 'O', got {self.names[:1]}; give all, as in O,B-PER,I-PER")
        if len(set(self.names)) < len(self.names):
            repeated = sorted(name for name in set(self.names) if self.names.count(name) > 1)
            raise InputError(f"labels {repeated} are given more than once; name each label once")
        if len(self.names) > MAX_LABELS:
            raise InputError(f"{len(self.names)} labels, but a record holds at most {MAX_LABELS}; merge entity types")
        if len(self.types) > MAX_TYPES:
            raise InputError(f"{len(self.types)} entity types, but there can be at most {MAX_TYPES}; merge some")
        for name in self.names[1:]:
            prefix, entity_type = split_label(name)
            if prefix not in ("B", "I") or not entity_type:
                raise InputError(f"label {name!r} is not O, B-TYPE or I-TYPE; correct it")

    @classmethod
    def from_tags(cls, tags: Iterable[str]) -> "Labels":
        """Labels that occur in `tags`: O, then by type in alphabetical order, B- before I-."""
        found = sorted(set(tags) - {OUTSIDE, NOT_ANNOTATED}, key=lambda tag: (split_label(tag)[1], split_label(tag)[0]))
        return cls((OUTSIDE, *found))

    @cached_property
    def ids(self) -> dict[str, int]:
        """Label name -> id."""
        return {name: index for index, name in enumerate(self.names)}

    def tags(self, label_ids: Sequence[int]) -> tuple[str, ...]:
        """The tags of label ids; of one that is negative or `NOT_ANNOTATED_ID`, `NOT_ANNOTATED`."""
        return tuple(
            self.names[label_id] if 0 <= label_id < NOT_ANNOTATED_ID else NOT_ANNOTATED for label_id in label_ids
        )

    @cached_property
    def types(self) -> tuple[str, ...]:
        """Entity types in label order."""
        return tuple(dict.fromkeys(split_label(name)[1] for name in self.names[1:]))

    @cached_property
    def type_numbers(self) -> np.ndarray:
        """int64 [C]: the number of each label's type in `types`, from 1; 0 for O."""
        return np.array([("", *self.types).index(split_label(name)[1]) for name in self.names])

    @cached_property
    def start_mask(self) -> np.ndarray:
        """bool [C]: the labels that may stand on the first word of a sentence (all but I-)."""
        return np.array([split_label(name)[0] != "I" for name in self.names])

    @cached_property
    def transition_mask(self) -> np.ndarray:
        """bool [C, C]: `[a, b]` tells whether label b may follow label a (I-X only after B-X or I-X)."""
        return np.array([[self._allows(a, b) for b in self.names] for a in self.names])

    @staticmethod
    def _allows(label: str, following: str) -> bool:
        prefix, entity_type = split_label(following)
        return prefix != "I" or (label != OUTSIDE and split_label(label)[1] == entity_type)

    def __len__(self) -> int:
        """How many labels there are (C)."""
        return len(self.names)
