"""The outcome of every entity and sentence of a split, for curves, histograms and comparing evaluations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ner.evaluation.error_types import outcomes_of
from ner.evaluation.span_alignment import SpanAlignment
from ner.text.labels import MAX_TYPES, PADDING_LABEL

if TYPE_CHECKING:  # it needs TensorFlow, which the tab's server does without
    from ner.evaluation.predictions import Predictions

CORRECT = MAX_TYPES + 1
_ENTITIES = ("start", "sentence", "gold", "predicted", "error", "length", "confidence", "gold_confidence")
_SENTENCES = ("position", "characters", "words", "document")


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Arrays over N entities, gold or predicted, and over S sentences, in file order.

    Entities: `sentence` its number, `gold` and `predicted` type ids (K: none), `error` an index into
    `error_types.OUTCOMES`, `length` in words, `text`, and the mean probability of its words' labels: `confidence` of
    the predicted ones, `gold_confidence` of the gold ones. Sentences: `characters` and `words` are their lengths,
    `document` the number of its document.
    """

    num_types: int
    sentence: np.ndarray
    gold: np.ndarray
    predicted: np.ndarray
    error: np.ndarray
    length: np.ndarray
    confidence: np.ndarray
    gold_confidence: np.ndarray
    characters: np.ndarray
    words: np.ndarray
    document: np.ndarray
    text: tuple[str, ...]

    @property
    def gold_outcomes(self) -> np.ndarray:
        """uint8 [gold entities]: predicted type of each, K where missed; plus 128 where correct.

        The nth gold entity of a split is the same one in every evaluation, so these show what was fixed or regressed.
        """
        is_gold = self.gold < self.num_types
        correct = self.predicted[is_gold] == self.gold[is_gold]
        return (self.predicted[is_gold] + CORRECT * correct).astype(np.uint8)

    @property
    def correct_sentences(self) -> np.ndarray:
        """bool [S]: whether a sentence's predicted entities are exactly its gold entities."""
        correct = np.ones(len(self.words), bool)
        correct[self.sentence[self.gold != self.predicted]] = False
        return correct

    @property
    def num_gold(self) -> np.ndarray:
        """int64 [S]: number of gold entities in each sentence."""
        return np.bincount(self.sentence[self.gold < self.num_types], minlength=len(self.words))

    @property
    def first_gold(self) -> np.ndarray:
        """int64 [S]: number of gold entities before each sentence."""
        return np.cumsum(self.num_gold) - self.num_gold

    def precision_recall_counts(self, type_id: int, num_thresholds: int) -> tuple[np.ndarray, np.ndarray, int]:
        """True positives and predictions [num_thresholds] of at least 0, ..., 1 confidence; number of gold entities."""
        predicted = self.predicted == type_id
        correct = predicted & (self.gold == type_id)
        # Entity with confidence c counts at thresholds 0, 1/(n-1), ... up to c.
        last = np.floor(np.clip(self.confidence, 0, 1) * (num_thresholds - 1)).astype(np.int64)

        def at_least(selected: np.ndarray) -> np.ndarray:
            return np.bincount(last[selected], minlength=num_thresholds)[::-1].cumsum()[::-1]

        return at_least(correct), at_least(predicted), int((self.gold == type_id).sum())


class OutcomeCollector:
    """Collects outcomes from batches, which may come in any order."""

    def __init__(self, num_types: int) -> None:
        self._num_types = num_types
        self._entities: list[dict[str, np.ndarray]] = []
        self._sentences: list[dict[str, np.ndarray]] = []
        self._texts: list[str] = []

    def add(self, predictions: "Predictions", alignment: SpanAlignment) -> None:
        """Adds a batch; `alignment` holds its entities."""
        spans = alignment.row, alignment.start, alignment.end
        self._entities.append(
            {
                "start": alignment.start,
                "sentence": predictions.position[alignment.row],
                "gold": alignment.gold,
                "predicted": alignment.predicted,
                "error": outcomes_of(alignment, self._num_types),
                "length": (alignment.end - alignment.start).astype(np.int32),
                "confidence": predictions.span_confidences(*spans).astype(np.float32),
                "gold_confidence": predictions.span_gold_confidences(*spans).astype(np.float32),
            }
        )
        self._sentences.append(
            {
                "position": predictions.position,
                "characters": (predictions.gold_chars != PADDING_LABEL).sum(axis=1),
                "words": predictions.is_word.sum(axis=1),
                "document": predictions.document,
            }
        )
        self._texts += predictions.span_texts(*spans)

    def outcomes(self) -> Outcomes:
        """All outcomes, in file order."""
        entities, sentences = _joined(self._entities, _ENTITIES), _joined(self._sentences, _SENTENCES)
        order = np.lexsort((entities.pop("start"), entities["sentence"]))
        file_order = np.argsort(sentences.pop("position"))
        return Outcomes(
            num_types=self._num_types,
            text=tuple(self._texts[entity] for entity in order.tolist()),
            **{name: column[order] for name, column in entities.items()},
            **{name: column[file_order] for name, column in sentences.items()},
        )


def _joined(batches: Sequence[Mapping[str, np.ndarray]], names: Sequence[str]) -> dict[str, np.ndarray]:
    """The columns `names` of all batches; empty ones where there are no batches."""
    nothing = np.zeros(0, np.int64)
    return {name: np.concatenate([one[name] for one in batches]) if batches else nothing for name in names}
