"""A run's settings and best scores for TensorBoard's HParams dashboard: one row a run."""

import dataclasses

from tensorboard.plugins.hparams import api as hparams

from ner.config import PRECISIONS, SCHEDULES, Config

BEST_ENTITY_F1 = "best/entity_f1"
BEST_STEP = "best/step"
_CHOICES = {"precision": PRECISIONS, "schedule": SCHEDULES}
_LARGEST = 10**9  # the dashboard wants an upper end
_METRICS = {BEST_ENTITY_F1: "best validation entity F1", BEST_STEP: "at step"}


def write(config: Config, trial_id: str) -> None:
    """Writes settings into the default writer. Runs of the same settings are two rows because of `trial_id`."""
    values = {**dataclasses.asdict(config.model), **dataclasses.asdict(config.training)}
    settings = [hparams.HParam(name, _domain(name, value)) for name, value in values.items()]
    metrics = [hparams.Metric(tag, display_name=name) for tag, name in _METRICS.items()]
    hparams.hparams_config(hparams=settings, metrics=metrics)
    hparams.hparams(values, trial_id=trial_id)


def _domain(name: str, value: bool | int | float | str) -> hparams.Domain:
    """What a setting may be: the dashboard's filters are made of it."""
    if isinstance(value, bool):
        return hparams.Discrete([False, True])
    if isinstance(value, str):
        return hparams.Discrete(_CHOICES[name])
    if isinstance(value, int):
        return hparams.IntInterval(0, _LARGEST)
    return hparams.RealInterval(0.0, float(_LARGEST))
