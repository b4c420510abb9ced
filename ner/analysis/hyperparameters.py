"""A run's settings and best scores for TensorBoard's HParams dashboard: one row a run."""

import dataclasses

from tensorboard.plugins.hparams import api as hparams

from ner.config import Config

BEST_ENTITY_F1 = "best/entity_f1"
BEST_STEP = "best/step"
_METRICS = {BEST_ENTITY_F1: "best validation entity F1", BEST_STEP: "at step"}


def write(config: Config, trial_id: str) -> None:
    """Writes settings into the default writer. Runs of the same settings are two rows because of `trial_id`."""
    values = {**dataclasses.asdict(config.model), **dataclasses.asdict(config.training)}
    settings = [hparams.HParam(name) for name in values]
    metrics = [hparams.Metric(tag, display_name=name) for tag, name in _METRICS.items()]
    hparams.hparams_config(hparams=settings, metrics=metrics)
    hparams.hparams(values, trial_id=trial_id)
