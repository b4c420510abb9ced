"""The loss of the model on a split, beside the scores of what it predicts."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ner.evaluation.metrics.class_score import ratio
from ner.evaluation.metrics.metric import LabelledBatch

TAG = "loss"  # that of the training loss too: TensorBoard draws both into one chart


@dataclass(frozen=True)
class Loss:
    """The head's loss in nats, summed over all sentences, and the characters that it is of.

    Without dropout, class weights and focal factors, so that it says how likely the annotation is to a tagger. That of
    training has them, and differs from it by more than overfitting where they are used.
    """

    total: float
    characters: int

    @classmethod
    def from_batch(cls, batch: LabelledBatch) -> "Loss":
        """The loss of one batch."""
        return cls(batch.loss, int((batch.gold_chars >= 0).sum()))

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Loss":
        """The inverse of `to_json`."""
        return cls(fields["total"], fields["characters"])

    def __add__(self, other: "Loss") -> "Loss":
        return Loss(self.total + other.total, self.characters + other.characters)

    @property
    def mean(self) -> float:
        """Nats per character."""
        return ratio(self.total, self.characters)

    def to_json(self) -> dict[str, Any]:
        """The mean and the sums that it is made of."""
        return {"mean": self.mean, "total": self.total, "characters": self.characters}

    def to_lines(self) -> list[str]:
        """One line."""
        return [f"Loss: {self.mean:.4f} nats per character"]

    def scalars(self) -> dict[str, float]:
        """`loss`."""
        return {TAG: self.mean}
