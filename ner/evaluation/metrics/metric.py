"""The interface of a metric: counts of a batch, which add up over a split."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np

from ner.evaluation.metrics.slices import SliceMembership
from ner.evaluation.metrics.span_alignment import SpanAlignment, align_spans
from ner.text.labels import Labels

AnyMetric = TypeVar("AnyMetric", bound="Metric")


class LabelledBatch(NamedTuple):
    """What metrics count: label ids of characters [B, T] and words [B, W], and the aligned entities of the words.

    Gold is -1 at padding, which is only at row ends, and -2 where unannotated. `loss` is the model's on all
    sentences together, in nats; `slices` tell in which of them the entities are, where they were sliced.
    """

    gold_chars: np.ndarray
    predicted_chars: np.ndarray
    gold_words: np.ndarray
    predicted_words: np.ndarray
    alignment: SpanAlignment
    labels: Labels
    loss: float = 0.0
    slices: SliceMembership | None = None

    @classmethod
    def from_ids(
        cls,
        gold_chars: np.ndarray,
        predicted_chars: np.ndarray,
        gold_words: np.ndarray,
        predicted_words: np.ndarray,
        labels: Labels,
        loss: float = 0.0,
    ) -> "LabelledBatch":
        """The batch with its entities aligned."""
        alignment = align_spans(gold_words, predicted_words, labels)
        return cls(gold_chars, predicted_chars, gold_words, predicted_words, alignment, labels, loss)


class Metric(Protocol):
    """Counts over some sentences. Ratios are computed from the sum of all batches, never averaged over batches."""

    @classmethod
    def from_batch(cls: type[AnyMetric], batch: LabelledBatch) -> AnyMetric:
        """The counts of one batch, which may be empty: zero sentences are [0, 0]."""

    @classmethod
    def from_json(cls: type[AnyMetric], fields: Mapping[str, Any]) -> AnyMetric:
        """The inverse of `to_json`. Raises KeyError on a missing field."""

    def __add__(self: AnyMetric, other: AnyMetric) -> AnyMetric:
        """The counts of both. Raises ValueError where they are of different labels."""

    def to_json(self) -> dict[str, Any]:
        """The metric's part of `reports/SPLIT.json`: plain values, of which `from_json` reads the counts."""

    def to_lines(self) -> list[str]:
        """The metric's part of `reports/SPLIT.txt`."""

    def scalars(self) -> dict[str, float]:
        """TensorBoard tag -> value; the tag starts with the level.

        `--best_metric` takes tags that an empty batch has too; of them, `loss` alone is better when lower.
        """
