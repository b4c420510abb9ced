"""All that training changes: what a checkpoint must hold so that a stopped run ends as one that was never stopped."""

import dataclasses
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

from ner.model.tagger import Tagger
from ner.run_dir.checkpoints import Checkpoint
from ner.run_dir.unread_rows import FACTORS, bring_up_to_date
from ner.training.lazy_tables import LazyTables
from ner.training.optimizer import WeightAverage
from ner.training.train_metrics import MetricSums, TrainMetrics


@dataclass
class Progress:
    """How far a run has come, in plain numbers.

    The position in the data is the number of `sentences` seen; the number of `batches` seeds dropout. A validation is
    due where `validated_step` lags behind `step`. `training_seconds` leave out validations and checkpoints, and
    `reported_seconds` is what they were at the last report. `best_score` is None before the first validation, and
    `teachers` are the fingerprints of the weights that it learns from.
    """

    step: int = 0
    batches: int = 0
    sentences: int = 0
    seconds: float = 0.0
    training_seconds: float = 0.0
    reported_seconds: float = 0.0
    validated_step: int = 0
    validations_without_gain: int = 0
    best_step: int = 0
    best_score: float | None = None
    best_scores: dict[str, float] = field(default_factory=dict)
    teachers: list[str] = field(default_factory=list)

    def result(self) -> dict[str, Any]:
        """Its part of `result.json`."""
        return {
            "best_step": self.best_step,
            "best_score": self.best_score,
            "best": self.best_scores,
            "seconds": self.seconds,
            "sentences_per_second": self.sentences / self.training_seconds,
        }


class TrainState:
    """Weights, their averages (where `ema_decay` is not 0), optimizer state, unreported metrics and progress.

    With `lazy`, `tables` updates the tagger's tables, if it has any: `up_to_date` is to be entered where weights or
    averages are read outside an update.

    `pending_batches`, the number of batches whose gradients wait for an update, is not part of a checkpoint, because
    none is made while there are any.
    """

    def __init__(
        self, tagger: Tagger, optimizer: keras.optimizers.Optimizer, ema_decay: float = 0.0, *, lazy: bool = False
    ) -> None:
        self.tagger = tagger
        self.optimizer = optimizer
        optimizer.build(tagger.trainable_variables)
        self.average = WeightAverage(tagger.trainable_variables, ema_decay) if ema_decay else None
        tables = tagger.tables() if lazy else []
        self.tables = LazyTables(tables, optimizer, self.average) if tables else None
        self.metrics = MetricSums()
        self.progress = Progress()
        self.pending_batches = 0

    def up_to_date(self) -> AbstractContextManager[None]:
        """Context manager in which weights and averages are those after the last update."""
        return self.tables.in_place() if self.tables else nullcontext()

    def restart(self) -> None:
        """Takes the weights as those to begin with."""
        if self.average:
            self.average.restart()
        if self.tables:
            self.tables.restart()

    def to_checkpoint(self) -> Checkpoint:
        """A copy of all of it. Raises RuntimeError between the batches of one update."""
        if self.pending_batches:
            raise RuntimeError(f"{self.pending_batches} batches wait for their update: save after it")
        metrics = dataclasses.asdict(self.metrics.read())
        return Checkpoint(self.arrays(), dataclasses.asdict(self.progress) | {"unreported_metrics": metrics})

    def from_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Becomes what `to_checkpoint` copied. Raises ValueError on other arrays, shapes or fields."""
        content = dict(checkpoint.state)
        try:
            metrics = TrainMetrics(**content.pop("unreported_metrics"))
            progress = Progress(**content)
        except (KeyError, TypeError) as error:
            raise ValueError(f"the checkpoint's state has other fields: {error}") from None
        self.set_arrays(checkpoint.arrays)
        self.metrics.reset(metrics)
        self.progress = progress

    def arrays(self) -> dict[str, np.ndarray]:
        """Weights, averages and optimizer state by name: all that an update depends on beside batch and number."""
        lazy = self.tables.variables_by_name() if self.tables else {}
        return {name: variable.numpy() for name, variable in (self._variables() | lazy).items()}

    def set_arrays(self, arrays: dict[str, np.ndarray]) -> None:
        """Sets what `arrays` returned, here or in a run that updates its tables in the other way.

        Raises ValueError on other names or shapes.
        """
        variables = self._variables()
        if self.tables and FACTORS in arrays:
            variables |= self.tables.variables_by_name()
        else:
            arrays = bring_up_to_date(arrays)
        if arrays.keys() != variables.keys():
            raise ValueError(f"the checkpoint has other arrays: {sorted(arrays.keys() ^ variables.keys())}")
        for name, variable in variables.items():
            variable.assign(arrays[name])
        if self.tables and FACTORS not in arrays:
            self.tables.restart()

    def _variables(self) -> dict[str, Any]:
        averages = self.average.variables_by_name() if self.average else {}
        return (
            {f"weights/{variable.path}": variable for variable in self.tagger.trainable_variables}
            | {f"average/{path}": variable for path, variable in averages.items()}
            | {f"optimizer/{variable.path}": variable for variable in self.optimizer.variables}
        )
