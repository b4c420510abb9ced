"""Likely annotation errors: gold entities that a tagger contradicts with more confidence than it usually has.

Confident learning (Northcutt et al. 2021, https://arxiv.org/abs/1911.00068), for spans: a disagreement counts where its
confidence is at least the mean confidence of the correct predictions of the same type. Scores should be those of a
tagger that has not learnt the annotations in question: of validation or test, of another file, or of training sentences
that it could not memorize.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple


class Disagreement(NamedTuple):
    """A gold or predicted entity that is wrong by the other side; `position` is the number of its sentence, from 0.

    `first_word` and `end_word` (exclusive) count from 0; `gold` is a type or "spurious", `predicted` one, or
    "missed" where all words are predicted O.
    """

    position: int
    first_word: int
    end_word: int
    text: str
    gold: str
    predicted: str
    confidence: float


class Suspect(NamedTuple):
    """A disagreement, and by how much its confidence is above that of correct predictions of its type."""

    disagreement: Disagreement
    margin: float


class ClassThresholds:
    """Mean confidence of correct predictions by type; of "missed", that of words that are rightly predicted O."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = defaultdict(float)
        self._counts: dict[str, int] = defaultdict(int)

    def add(self, predicted: str, confidence: float, count: int = 1) -> None:
        """Counts correct predictions, with the sum of their confidences."""
        self._sums[predicted] += confidence
        self._counts[predicted] += count

    def of(self, predicted: str) -> float:
        """The mean for a type or "missed"; 1 where no prediction of it is correct."""
        return self._sums[predicted] / self._counts[predicted] if self._counts[predicted] else 1.0


def suspects(disagreements: Iterable[Disagreement], thresholds: ClassThresholds) -> list[Suspect]:
    """The likely annotation errors, the likeliest first."""
    found = [Suspect(one, one.confidence - thresholds.of(one.predicted)) for one in disagreements]
    return sorted((one for one in found if one.margin >= 0), key=lambda one: (-one.margin, one.disagreement))


def notes_by_sentence(ranked: Iterable[Suspect]) -> dict[int, list[str]]:
    """Position -> a line for each suspect in the sentence, the likeliest sentence first."""
    by_sentence: dict[int, list[str]] = {}
    for one, margin in ranked:
        words = f"word {one.first_word + 1}" + (f" to {one.end_word}" if one.end_word - one.first_word > 1 else "")
        by_sentence.setdefault(one.position, []).append(
            f"suspect: {words}, {one.text!r}: gold {one.gold}, predicted {one.predicted}, "
            f"confidence {one.confidence:.4f}, {margin:.4f} above the threshold"
        )
    return by_sentence
