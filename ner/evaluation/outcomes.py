"""What became of every entity and sentence of a split: enough for curves, histograms and comparing evaluations."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ner.evaluation.predictions import Predictions
from ner.evaluation.span_alignment import EntityPairs

RIGHT = 128  # a label is one byte of a record, so there are at most 127 types


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Arrays over N entities, gold or predicted, and over S sentences, in the order of the files.

    Entities: `sentence` its number, `gold` and `predicted` type ids (K where there is none), `length` in words, and
    `confidence` the mean probability of what was predicted for its words. Sentences: `characters` and `words` are
    their lengths.
    """

    num_types: int
    sentence: np.ndarray
    gold: np.ndarray
    predicted: np.ndarray
    length: np.ndarray
    confidence: np.ndarray
    characters: np.ndarray
    words: np.ndarray

    @property
    def of_gold(self) -> np.ndarray:
        """uint8 [gold entities]: the type that each was predicted as, K where missed, and 128 more where that is right.

        The nth gold entity of a split is the same one in every evaluation, so these tell what was mended since.
        """
        is_gold = self.gold < self.num_types
        right = self.predicted[is_gold] == self.gold[is_gold]
        return (self.predicted[is_gold] + RIGHT * right).astype(np.uint8)

    @property
    def right_sentences(self) -> np.ndarray:
        """bool [S]: whether all entities of a sentence were found, and nothing else."""
        right = np.ones(len(self.words), bool)
        right[self.sentence[self.gold != self.predicted]] = False
        return right

    @property
    def first_gold(self) -> np.ndarray:
        """int64 [S]: how many gold entities come before each sentence."""
        counts = np.bincount(self.sentence[self.gold < self.num_types], minlength=len(self.words))
        return np.cumsum(counts) - counts

    def precision_recall_counts(self, type_id: int, num_thresholds: int) -> tuple[np.ndarray, np.ndarray, int]:
        """Hits and claims [num_thresholds] with at least 0, ..., 1 confidence, and the number of gold entities."""
        claimed = self.predicted == type_id
        hit = claimed & (self.gold == type_id)
        # Entity with confidence c counts at thresholds 0, 1/(n-1), ... up to c.
        last = np.floor(np.clip(self.confidence, 0, 1) * (num_thresholds - 1)).astype(np.int64)

        def at_least(chosen: np.ndarray) -> np.ndarray:
            return np.bincount(last[chosen], minlength=num_thresholds)[::-1].cumsum()[::-1]

        return at_least(hit), at_least(claimed), int((self.gold == type_id).sum())


class OutcomeCollector:
    """Takes the outcomes of batches in any order of sentences."""

    def __init__(self, num_types: int) -> None:
        self._num_types = num_types
        self._entities: list[tuple[np.ndarray, ...]] = []
        self._sentences: list[tuple[np.ndarray, ...]] = []

    def add(self, predictions: Predictions, pairs: EntityPairs) -> None:
        """Takes a batch; `pairs` are its entities."""
        confidence = predictions.span_confidences(pairs.row, pairs.start, pairs.end).astype(np.float32)
        length = (pairs.end - pairs.start).astype(np.int32)
        self._entities.append(
            (predictions.position[pairs.row], pairs.start, pairs.gold, pairs.predicted, length, confidence)
        )
        characters, words = ((ids >= 0).sum(axis=1) for ids in (predictions.gold_chars, predictions.gold_words))
        self._sentences.append((predictions.position, characters, words))

    def outcomes(self) -> Outcomes:
        """All of them, in the order of the files."""
        sentence, start, gold, predicted, length, confidence = _joined(self._entities, 6)
        order = np.lexsort((start, sentence))
        position, characters, words = _joined(self._sentences, 3)
        in_files = np.argsort(position)
        return Outcomes(
            num_types=self._num_types,
            sentence=sentence[order],
            gold=gold[order],
            predicted=predicted[order],
            length=length[order],
            confidence=confidence[order],
            characters=characters[in_files],
            words=words[in_files],
        )


def _joined(parts: Sequence[tuple[np.ndarray, ...]], width: int) -> list[np.ndarray]:
    if not parts:
        return [np.zeros(0, np.int64)] * width
    return [np.concatenate(column) for column in zip(*parts, strict=True)]
