"""Which marks stand alone wherever a corpus has them, so that raw text can be cut as the corpus is.

Tokens of raw text keep some marks inside: `heparin-induced`, `Parkinson's`, `1,000.5` (`ner.text.tokenizer`). Corpora
of biomedicine mostly cut at each mark, and there entities begin and end: `heparin`.
"""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from ner.text.sentence_batch import SentenceBatch
from ner.text.tokenizer import KEPT_MARKS, shape_of

MIN_ALONE = 20  # fewer tell nothing
MAX_KEPT_SHARE = 0.001  # of a mark's places: mistakes of annotators
_CODES = np.array([code for code in range(0x3000) if shape_of(code) in KEPT_MARKS], np.uint32)


def marks_of_either(first: str, second: str) -> str:
    """The marks that one or the other holds, in the order of `KEPT_MARKS`."""
    return "".join(mark for mark in KEPT_MARKS if mark in first + second)


@dataclass
class MarkCounts:
    """How often each of `KEPT_MARKS` is a token by itself, and how often it touches a letter or digit of its token."""

    alone: Counter[str] = field(default_factory=Counter)
    kept: Counter[str] = field(default_factory=Counter)

    @property
    def lone_marks(self) -> str:
        """The marks that stand alone, in the order of `KEPT_MARKS`."""
        return "".join(
            mark
            for mark in KEPT_MARKS
            if self.alone[mark] >= MIN_ALONE and self.kept[mark] <= MAX_KEPT_SHARE * self.alone[mark]
        )

    def add(self, other: "MarkCounts") -> None:
        """Adds what was counted in another part."""
        self.alone.update(other.alone)
        self.kept.update(other.kept)

    def count(self, sentences: SentenceBatch) -> None:
        """Counts the marks of further sentences."""
        places = np.flatnonzero(np.isin(sentences.code_points, _CODES))
        tokens = np.searchsorted(sentences.starts, places, "right") - 1
        starts = sentences.starts[tokens]
        ends = starts + sentences.lengths[tokens]
        touches = np.zeros(len(places), np.bool_)
        for step, within in ((-1, places > starts), (1, places + 1 < ends)):
            neighbours = sentences.code_points[places[within] + step]
            touches[within] |= np.array([chr(code).isalnum() for code in neighbours.tolist()], np.bool_)
        for counter, chosen in ((self.alone, ends - starts == 1), (self.kept, touches)):
            counter.update(shape_of(code) for code in sentences.code_points[places[chosen]].tolist())
