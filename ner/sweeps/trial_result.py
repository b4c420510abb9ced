"""A trial of a sweep and how it stands."""

from dataclasses import dataclass
from typing import Any

from ner.sweeps.grid import Trial

WAITING, RUNNING, FINISHED, STOPPED, FAILED = "waiting", "running", "finished", "stopped", "failed"
LOSS = "loss"  # the only metric of which less is better


@dataclass(frozen=True)
class TrialResult:
    """A trial, how it stands, and what its `result.json` says once it is finished."""

    trial: Trial
    state: str = WAITING
    result: dict[str, Any] | None = None

    @property
    def score(self) -> float | None:
        """The best score; None where there is none yet, or the records have no validation split."""
        return self.result["best_score"] if self.result else None

    @property
    def metric(self) -> str:
        """What the score is of; "" where nothing was validated."""
        return (self.result or {}).get("best_metric") or ""
