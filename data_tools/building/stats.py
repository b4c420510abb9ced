"""Counts over the records of a split: lengths, labels, tags, entities, unknown characters."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from ner.data.example import Record
from ner.text.labels import MAX_LABELS, NOT_ANNOTATED_ID, Labels, split_label
from ner.text.sentence import collect
from ner.text.spacing import spacing_of
from ner.text.vocabulary import UNKNOWN


def _no_labels() -> np.ndarray:
    return np.zeros(MAX_LABELS + 1, np.int64)


@dataclass(kw_only=True)
class SplitStats:
    """What some records hold; adds up over shards.

    `lengths` counts sentences by number of characters; `char_labels` and `token_labels` count by label id, int64 [256],
    the last one (`NOT_ANNOTATED_ID`) of unannotated ones.
    """

    lengths: Counter[int] = field(default_factory=Counter)
    unknown: int = 0
    spaces: int = 0  # between tokens
    char_labels: np.ndarray = field(default_factory=_no_labels)
    token_labels: np.ndarray = field(default_factory=_no_labels)

    def add_record(self, record: Record) -> None:
        """Counts one more sentence."""
        self.lengths[len(record.char_ids)] += 1
        self.unknown += int(np.count_nonzero(record.char_ids == UNKNOWN))
        self.spaces += int(np.count_nonzero(record.starts[1:] > record.ends[:-1]))
        self.char_labels += np.bincount(record.label_ids, minlength=len(self.char_labels))
        self.token_labels += np.bincount(collect(record.label_ids, record.starts), minlength=len(self.token_labels))

    def add(self, other: "SplitStats") -> None:
        """Counts what another part of the split holds."""
        self.lengths.update(other.lengths)
        self.unknown += other.unknown
        self.spaces += other.spaces
        self.char_labels += other.char_labels
        self.token_labels += other.token_labels

    @property
    def sentences(self) -> int:
        """Number of records."""
        return self.lengths.total()

    @property
    def tokens(self) -> int:
        """Number of tokens."""
        return int(self.token_labels.sum())

    @property
    def characters(self) -> int:
        """Length of all sentences together."""
        return int(self.char_labels.sum())

    @property
    def spacing(self) -> str:
        """Where there are spaces, one of `ner.text.spacing.SPACINGS`."""
        return spacing_of(self.tokens - self.sentences, self.spaces)

    @property
    def not_annotated(self) -> int:
        """Unannotated tokens."""
        return int(self.token_labels[NOT_ANNOTATED_ID])

    def entities(self, labels: Labels) -> dict[str, int]:
        """Entities by type: in IOB2 there is one B- for each."""
        found = {
            split_label(name)[1]: int(self.token_labels[index])
            for name, index in labels.ids.items()
            if name.startswith("B-") and self.token_labels[index]
        }
        return dict(sorted(found.items()))

    def length_at(self, percent: float) -> int:
        """The smallest length in characters that `percent` of the sentences do not exceed; 0 without sentences."""
        seen, length = 0, 0
        for length in sorted(self.lengths):
            seen += self.lengths[length]
            if 100 * seen >= percent * self.sentences:
                break
        return length
