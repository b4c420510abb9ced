"""A run's settings and best scores for TensorBoard's HParams dashboard: one row a run."""

import dataclasses
from collections.abc import Mapping

from tensorboard.plugins.hparams import api as hparams

from ner.config import CHOICES, Config

BEST_SCORES = ("entity/micro_f1", "entity/macro_f1", "word/macro_f1", "character/macro_f1")
_BEST_STEP = "best/step"
_LARGEST = 10**9  # the dashboard wants an upper end


def write(config: Config, trial_id: str) -> None:
    """Writes settings into the default writer. Runs of the same settings are two rows because of `trial_id`."""
    values = {**dataclasses.asdict(config.model), **dataclasses.asdict(config.training)}
    settings = [hparams.HParam(name, _domain(name, value)) for name, value in values.items()]
    metrics = [hparams.Metric(f"best/{tag}", display_name=f"validation {tag}") for tag in BEST_SCORES]
    metrics.append(hparams.Metric(_BEST_STEP, display_name="at step"))
    hparams.hparams_config(hparams=settings, metrics=metrics)
    hparams.hparams(values, trial_id=trial_id)


def best_scalars(step: int, scores: Mapping[str, float]) -> dict[str, float]:
    """Tag -> value of what the dashboard shows as a run's result: the `scores` of its best validation, at `step`."""
    return {_BEST_STEP: step, **{f"best/{tag}": value for tag, value in scores.items()}}


def _domain(name: str, value: bool | int | float | str) -> hparams.Domain:
    """What a setting may be: the dashboard's filters are made of it."""
    if isinstance(value, bool):
        return hparams.Discrete([False, True])
    if isinstance(value, str):
        return hparams.Discrete(CHOICES.get(name, (value,)))
    if isinstance(value, int):
        return hparams.IntInterval(0, _LARGEST)
    return hparams.RealInterval(0.0, float(_LARGEST))
