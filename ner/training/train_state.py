"""How far a run has come: what its checkpoints hold beside arrays."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from ner.training.step import Totals


@dataclass
class TrainState:
    """The place in the data is the `sentences` seen, and `batches` numbers the dropout.

    `unreported` is what was added up since the last report, which began after `reported_seconds` of training; so a run
    that was stopped reports the same as one that was not. `best_score` is None before the first validation.
    """

    step: int = 0
    batches: int = 0
    sentences: int = 0
    seconds: float = 0.0
    training_seconds: float = 0.0
    reported_seconds: float = 0.0
    unreported: Totals = field(default_factory=Totals)
    validated_step: int = 0
    validations_without_gain: int = 0
    best_step: int = 0
    best_score: float | None = None
    best_scores: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return dataclasses.asdict(self) | {"unreported": list(self.unreported)}

    def result(self) -> dict[str, Any]:
        """What `result.json` tells of it."""
        return {
            "best_step": self.best_step,
            "best_score": self.best_score,
            "best": self.best_scores,
            "seconds": self.seconds,
            "sentences_per_second": self.sentences / self.training_seconds,
        }

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "TrainState":
        """What `to_json` gave. Raises TypeError on a field that is not one of ours, as of another version."""
        return cls(**content | {"unreported": Totals(*content.get("unreported", ()))})
