"""A run's settings and best scores for TensorBoard's HParams dashboard: one row a run.

Settings and metrics are not declared (`hparams_config`): from what the runs hold, TensorBoard itself finds out which
settings differ, and shows these first.
"""

import dataclasses
from collections.abc import Mapping

from tensorboard.plugins.hparams import api as hparams

from ner.config import Config

BEST_SCORES = ("entity/micro_f1", "entity/macro_f1", "word/macro_f1", "character/macro_f1")


def write(config: Config, trial_id: str) -> None:
    """Writes settings into the default writer. Runs of the same settings are two rows because of `trial_id`."""
    hparams.hparams({**dataclasses.asdict(config.model), **dataclasses.asdict(config.training)}, trial_id=trial_id)


def best_scalars(step: int, scores: Mapping[str, float]) -> dict[str, float]:
    """Tag -> value of what the dashboard shows as a run's result: the `scores` of its best validation, at `step`."""
    return {"best/step": step, **{f"best/{tag}": value for tag, value in scores.items()}}
