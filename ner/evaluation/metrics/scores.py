"""All metrics of an evaluation. A new one is a file beside its siblings and a line in `METRICS`.

Metrics are counts that add up: the scores of a split are the sum over its batches,
`sum((Scores.from_batch(...) for ... in batches), Scores.empty(labels))`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ner.console import counted
from ner.evaluation.metrics.confusion import CharacterConfusion, Confusion, WordConfusion
from ner.evaluation.metrics.entity_scores import EntityScores
from ner.evaluation.metrics.error_types import ErrorTypes
from ner.evaluation.metrics.loss import Loss
from ner.evaluation.metrics.metric import LabelledBatch, Metric
from ner.evaluation.metrics.slice_scores import SliceScores
from ner.text.labels import PADDING_LABEL, UNLABELLED, Labels

# Key in `reports/SPLIT.json` -> metric, in the order of the report.
METRICS: dict[str, type[Metric]] = {
    "characters": CharacterConfusion,
    "words": WordConfusion,
    "entities": EntityScores,
    "errors": ErrorTypes,
    "slices": SliceScores,
    "loss": Loss,
}


@dataclass(frozen=True, eq=False)
class Scores:
    """Every metric of `METRICS` over some sentences; of their tokens, `not_annotated` are unannotated."""

    metrics: Mapping[str, Any]
    sentences: int
    tokens: int
    not_annotated: int = 0

    @classmethod
    def empty(cls, labels: Labels) -> "Scores":
        """Scores of zero sentences."""
        nothing = np.zeros((0, 0), np.int64)
        return cls.from_batch(LabelledBatch.from_ids(nothing, nothing, nothing, nothing, labels))

    @classmethod
    def from_batch(cls, batch: LabelledBatch) -> "Scores":
        """Scores of a batch; a row of padding only is not a sentence."""
        real, missing = batch.gold_words != PADDING_LABEL, batch.gold_words == UNLABELLED
        metrics = {name: metric.from_batch(batch) for name, metric in METRICS.items()}
        return cls(metrics, int(real.any(axis=1).sum()), int(real.sum()), int(missing.sum()))

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Scores":
        """The inverse of `to_json`, also of a version that lacked a metric.

        Raises KeyError where a metric is missing that is a property here.
        """
        known = {name: metric for name, metric in METRICS.items() if name in fields or hasattr(cls, name)}
        metrics = {name: metric.from_json(fields[name]) for name, metric in known.items()}
        return cls(metrics, fields["sentences"], fields["tokens"], fields.get("not_annotated", 0))

    def __add__(self, other: "Scores") -> "Scores":
        metrics = {name: metric + other.metrics[name] for name, metric in self.metrics.items()}
        return Scores(
            metrics,
            self.sentences + other.sentences,
            self.tokens + other.tokens,
            self.not_annotated + other.not_annotated,
        )

    @property
    def characters(self) -> Confusion:
        """Confusion of the labels of characters."""
        return self.metrics["characters"]

    @property
    def words(self) -> Confusion:
        """Confusion of the labels of words."""
        return self.metrics["words"]

    @property
    def entities(self) -> EntityScores:
        """Exact-match scores of entities."""
        return self.metrics["entities"]

    @property
    def errors(self) -> ErrorTypes:
        """Entity errors by type."""
        return self.metrics["errors"]

    @property
    def slices(self) -> SliceScores:
        """Entity scores by slice."""
        return self.metrics["slices"]

    @property
    def loss(self) -> Loss:
        """The model's loss."""
        return self.metrics["loss"]

    def to_json(self) -> dict[str, Any]:
        """Plain values of every metric, then the numbers of sentences and tokens."""
        metrics = {name: metric.to_json() for name, metric in self.metrics.items()}
        missing = {"not_annotated": self.not_annotated} if self.not_annotated else {}
        return {**metrics, "sentences": self.sentences, "tokens": self.tokens, **missing}

    @property
    def size(self) -> str:
        """`"3,624 sentences, 84,210 tokens"`, and how many of these are unannotated."""
        missing = f" ({self.not_annotated:,} not annotated, in no score)" if self.not_annotated else ""
        return f"{counted(self.sentences, 'sentence')}, {counted(self.tokens, 'token')}{missing}"

    def scalars(self) -> dict[str, float]:
        """TensorBoard tag -> value of every metric."""
        return {tag: value for metric in self.metrics.values() for tag, value in metric.scalars().items()}
