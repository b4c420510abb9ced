"""The outcome of every entity and sentence of a split, for curves, histograms and comparing evaluations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ner.evaluation.metrics.error_types import outcomes_of
from ner.evaluation.metrics.span_alignment import SpanAlignment, align_spans
from ner.text.labels import MAX_TYPES, PADDING_LABEL, Labels

if TYPE_CHECKING:  # it needs TensorFlow, which the tab's server does without
    from ner.evaluation.predictions import Predictions

CORRECT = MAX_TYPES + 1
UNDECIDED = CORRECT + MAX_TYPES  # type ids are below MAX_TYPES
_ENTITIES = ("start", "sentence", "gold", "predicted", "error", "length", "confidence")
_GOLD = ("gold_start", "gold_sentence", "gold_outcomes", "gold_confidence")
_SENTENCES = ("position", "characters", "words", "document")


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Arrays over N entities, gold or predicted, over G gold entities, and over S sentences, in file order.

    Entities: `sentence` its number, `gold` and `predicted` type ids (K: none), `error` an index into
    `error_types.OUTCOMES`, `length` in words, `text`, and `confidence`, the mean probability of its words' predicted
    labels. Those of which the annotation does not say whether they are right (`span_alignment.decided`) are left out.

    Gold entities, those that are left out included: the nth is the same one in every evaluation of a split.
    `gold_sentence` its number, `gold_confidence` the mean probability of its words' gold labels, and `gold_outcomes`
    uint8: its predicted type, K where missed; plus `CORRECT` where correct; `UNDECIDED` where it is left out.

    Sentences: `characters` and `words` are their lengths, `document` the number of its document.
    """

    num_types: int
    sentence: np.ndarray
    gold: np.ndarray
    predicted: np.ndarray
    error: np.ndarray
    length: np.ndarray
    confidence: np.ndarray
    gold_sentence: np.ndarray
    gold_outcomes: np.ndarray
    gold_confidence: np.ndarray
    characters: np.ndarray
    words: np.ndarray
    document: np.ndarray
    text: tuple[str, ...]

    @property
    def gold_numbers(self) -> np.ndarray:
        """int64 [N]: the number of each entity among all gold entities; -1 for a spurious one."""
        numbers = np.full(len(self.gold), -1)
        numbers[self.gold < self.num_types] = np.flatnonzero(self.gold_outcomes != UNDECIDED)
        return numbers

    @property
    def correct_sentences(self) -> np.ndarray:
        """bool [S]: whether a sentence's predicted entities are exactly its gold entities."""
        correct = np.ones(len(self.words), bool)
        correct[self.sentence[self.gold != self.predicted]] = False
        return correct

    @property
    def num_gold(self) -> np.ndarray:
        """int64 [S]: number of gold entities in each sentence."""
        return np.bincount(self.gold_sentence, minlength=len(self.words))

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

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._entities: list[dict[str, np.ndarray]] = []
        self._gold: list[dict[str, np.ndarray]] = []
        self._sentences: list[dict[str, np.ndarray]] = []
        self._texts: list[str] = []

    def add(self, predictions: "Predictions", alignment: SpanAlignment) -> None:
        """Adds a batch; `alignment` holds its entities."""
        num_types, spans = len(self._labels.types), alignment[:3]
        gold = align_spans(predictions.gold_words, predictions.gold_words, self._labels)
        self._entities.append(
            {
                "start": alignment.start,
                "sentence": predictions.position[alignment.row],
                "gold": alignment.gold,
                "predicted": alignment.predicted,
                "error": outcomes_of(alignment, num_types),
                "length": (alignment.end - alignment.start).astype(np.int32),
                "confidence": predictions.span_confidences(*spans).astype(np.float32),
            }
        )
        self._gold.append(
            {
                "gold_start": gold.start,
                "gold_sentence": predictions.position[gold.row],
                "gold_outcomes": _gold_outcomes(gold, alignment, num_types),
                "gold_confidence": predictions.span_gold_confidences(*gold[:3]).astype(np.float32),
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
        gold = _joined(self._gold, _GOLD)
        order = np.lexsort((entities.pop("start"), entities["sentence"]))
        gold_order = np.lexsort((gold.pop("gold_start"), gold["gold_sentence"]))
        file_order = np.argsort(sentences.pop("position"))
        return Outcomes(
            num_types=len(self._labels.types),
            text=tuple(self._texts[entity] for entity in order.tolist()),
            **{name: column[order] for name, column in entities.items()},
            **{name: column[gold_order] for name, column in gold.items()},
            **{name: column[file_order] for name, column in sentences.items()},
        )


def _gold_outcomes(gold: SpanAlignment, alignment: SpanAlignment, num_types: int) -> np.ndarray:
    """`Outcomes.gold_outcomes` of a batch's gold entities, in text order; `alignment` has those not left out."""
    outcomes = np.full(len(gold.row), UNDECIDED, np.uint8)
    width = int(gold.end.max(initial=0)) + 1
    decided = alignment.gold < num_types
    places = (alignment.row * width + alignment.start)[decided]
    predicted, correct = alignment.predicted[decided], (alignment.predicted == alignment.gold)[decided]
    outcomes[np.searchsorted(gold.row * width + gold.start, places)] = predicted + CORRECT * correct
    return outcomes


def _joined(batches: Sequence[Mapping[str, np.ndarray]], names: Sequence[str]) -> dict[str, np.ndarray]:
    """The columns `names` of all batches; empty ones where there are no batches."""
    nothing = np.zeros(0, np.int64)
    return {name: np.concatenate([one[name] for one in batches]) if batches else nothing for name in names}
