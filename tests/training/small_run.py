"""Starts of small runs, and the curves that they leave."""

from pathlib import Path

import tensorflow as tf
from tensorboard.compat.proto.event_pb2 import Event

from ner.config import Config, ModelConfig
from ner.data.tfrecord import read_records
from ner.run_dir.workdir import WorkDir
from ner.training import launch
from ner.training.launch import RunSpec
from ner.training_config import TrainingConfig

SIZES = {"embedding_size": 4, "lstm_units": 6, "lstm_layers": 1, "bidirectional": False}
MODEL = {**SIZES, "dropout": 0.0, "char_dropout": 0.0}
TRAINING = {"epochs": 1, "batch_size": 8, "learning_rate": 0.01, "warmup_steps": 0, "log_every": 1}


def make_spec(path, records, **settings):
    """A start with these settings of model and training in the work folder `path`; `records` are folder and dataset."""
    folder, dataset = records
    model = {name: value for name, value in settings.items() if name in ModelConfig.__dataclass_fields__}
    training = {name: value for name, value in settings.items() if name not in model}
    config = Config(model=ModelConfig(**model), training=TrainingConfig(**training))
    work = WorkDir(str(path))
    return RunSpec(config, dataset, folder, work, work.prepare(config, dataset, folder))


def make_trainer(path, records, workers=None, **settings):
    """The trainer of a run of the smallest network, with these settings, and its work folder."""
    spec = make_spec(path, records, **MODEL | TRAINING | settings)
    return launch.make_trainer(spec, workers), spec.work


def values_of(work, tag, run):
    """Step -> array of a summary."""
    paths = Path(work.logs).glob(f"{run}/*.tfevents.*")
    events = [Event.FromString(payload) for path in paths for payload in read_records(str(path))]
    values = [(event.step, value) for event in events for value in event.summary.value if value.tag == tag]
    return {step: tf.make_ndarray(value.tensor) for step, value in values}


def curve(work, tag, run="train"):
    """Step -> value of a curve."""
    return {step: float(value) for step, value in values_of(work, tag, run).items()}
