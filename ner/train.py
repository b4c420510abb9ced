"""Trains a tagger: `python -m ner.train --records=DIR --workdir=DIR [--flagfile=launch/flags/PRESET.flags]`.

The same command again carries on where a killed run was. Exit status 75: the run was asked to stop (SIGTERM, SIGUSR1),
has saved, and wants to be started again; 0: it is finished.
"""

import os
import signal

from absl import flags

from ner.cli import fail, leave, load_tensorflow, run_program
from ner.cluster.control_channel import ControlChannel
from ner.cluster.discovery import MODES, Cluster, find_cluster
from ner.config import CLASS_WEIGHTINGS, PRECISIONS, SCHEDULES, Config, ModelConfig, TrainingConfig
from ner.data import dataset as records_dataset
from ner.data.dataset import Dataset
from ner.evaluation import metric_names
from ner.run_dir.workdir import WorkDir
from ner.signals import RUN_AGAIN
from ner.training.distributed.consistency import check_shared
from ner.training.instrumentation import Steps, profiled_steps
from ner.version import code_fingerprint

_RECORDS = flags.DEFINE_string("records", None, "Folder that data_tools.build wrote.", required=True)
_WORKDIR = flags.DEFINE_string("workdir", None, "Folder of this run; made if it is not there.", required=True)

_EMBEDDING_SIZE = flags.DEFINE_integer("embedding_size", ModelConfig.embedding_size, "Numbers that embed a character.")
_LSTM_UNITS = flags.DEFINE_integer("lstm_units", ModelConfig.lstm_units, "Units of each LSTM, in each direction.")
_LSTM_LAYERS = flags.DEFINE_integer("lstm_layers", ModelConfig.lstm_layers, "LSTM layers, one above the other.")
_BIDIRECTIONAL = flags.DEFINE_bool("bidirectional", ModelConfig.bidirectional, "Whether to read backwards too.")
_DROPOUT = flags.DEFINE_float("dropout", ModelConfig.dropout, "Share dropped before each LSTM and before the head.")
_CHAR_DROPOUT = flags.DEFINE_float(
    "char_dropout", ModelConfig.char_dropout, "Share of characters replaced by the unknown one in training."
)
_PADDING_OUTPUT = flags.DEFINE_bool(
    "padding_output", ModelConfig.padding_output, "One output more than labels, as the 2019 model had for padding."
)

_EPOCHS = flags.DEFINE_integer("epochs", TrainingConfig.epochs, "Times that the training split is read.")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", TrainingConfig.batch_size, "Sentences of a batch.")
_BATCH_CHARACTERS = flags.DEFINE_integer(
    "max_batch_characters",
    TrainingConfig.max_batch_characters,
    "Most characters of a batch, padding included, instead of --batch_size: memory stays even; 0: off.",
)
_ACCUMULATE = flags.DEFINE_integer(
    "accumulate_steps", TrainingConfig.accumulate_steps, "Batches whose gradients are added up for one update."
)
_LEARNING_RATE = flags.DEFINE_float("learning_rate", TrainingConfig.learning_rate, "Highest learning rate of Adam.")
_SCHEDULE = flags.DEFINE_enum("schedule", TrainingConfig.schedule, SCHEDULES, "Learning rate after the warm-up.")
_WARMUP_STEPS = flags.DEFINE_integer("warmup_steps", TrainingConfig.warmup_steps, "Updates of linear warm-up.")
_WEIGHT_DECAY = flags.DEFINE_float(
    "weight_decay", TrainingConfig.weight_decay, "AdamW's decoupled decay of all weights but biases; 0: plain Adam."
)
_CLIP_NORM = flags.DEFINE_float("clip_norm", TrainingConfig.clip_norm, "Longest gradient; 0: not clipped.")
_EMA_DECAY = flags.DEFINE_float(
    "ema_decay",
    TrainingConfig.ema_decay,
    "Share that an average of the weights keeps at each update, as 0.999; it is what is validated and kept; 0: off.",
)
_CLASS_WEIGHTING = flags.DEFINE_enum(
    "class_weighting",
    TrainingConfig.class_weighting,
    CLASS_WEIGHTINGS,
    "How much more a character of a rare label counts in the loss.",
)
_LOGIT_ADJUSTMENT = flags.DEFINE_float(
    "logit_adjustment",
    TrainingConfig.logit_adjustment,
    "Share of the class weights' pull that is taken out of the scores when weights are validated and kept; 1: all.",
)
_FOCAL_GAMMA = flags.DEFINE_float(
    "focal_gamma", TrainingConfig.focal_gamma, "Focal loss: how much less sure characters count, as 2; 0: off."
)
_OVERSAMPLE = flags.DEFINE_float(
    "oversample",
    TrainingConfig.oversample,
    "Share of sentences; those with an entity type that fewer have are repeated in an epoch; 0: off.",
)
_PRECISION = flags.DEFINE_enum("precision", TrainingConfig.precision, PRECISIONS, "Number format of the computation.")
_DETERMINISTIC = flags.DEFINE_bool(
    "deterministic",
    TrainingConfig.deterministic,
    "Only computations that give the same bits every time; slower on GPUs.",
)
_SEED = flags.DEFINE_integer("seed", TrainingConfig.seed, "Decides first weights, order of sentences and dropout.")
_VALIDATE_EVERY = flags.DEFINE_integer(
    "validate_every", TrainingConfig.validate_every, "Updates between validations; 0: an epoch."
)
_BEST_METRIC = flags.DEFINE_string(
    "best_metric",
    TrainingConfig.best_metric,
    "Score of a validation, by its TensorBoard tag, that chooses the best weights.",
)
_PATIENCE = flags.DEFINE_integer(
    "patience", TrainingConfig.patience, "Validations without a better --best_metric that end the run; 0: never."
)
_CHECKPOINT_EVERY = flags.DEFINE_integer(
    "checkpoint_every", TrainingConfig.checkpoint_every, "Updates between checkpoints; one follows each validation too."
)
_KEEP_CHECKPOINTS = flags.DEFINE_integer(
    "keep_checkpoints", TrainingConfig.keep_checkpoints, "Checkpoints kept beside the best one."
)
_LOG_EVERY = flags.DEFINE_integer("log_every", TrainingConfig.log_every, "Updates between reports of loss and speed.")

_CLUSTER = flags.DEFINE_enum(
    "cluster",
    "auto",
    MODES,
    "The workers: auto finds them by TF_CONFIG, Slurm or a Kubernetes Indexed Job; local: this machine, all its GPUs; "
    "none: one device.",
)
_GPUS = flags.DEFINE_integer(
    "gpus", None, "GPUs of each machine to use; fewer is an error. Default: all that TensorFlow sees.", lower_bound=0
)
_STARTUP_TIMEOUT = flags.DEFINE_float(
    "startup_timeout", 600, "Seconds in which all workers must have come.", lower_bound=1
)
_COLLECTIVE_TIMEOUT = flags.DEFINE_float(
    "collective_timeout", 600, "Seconds that workers wait for one another later on.", lower_bound=1
)
_EVALUATE = flags.DEFINE_string("evaluate", "", "Split to report on at the end of training, by the best weights.")
_PROFILE_STEPS = flags.DEFINE_string(
    "profile_steps", "", "Updates to trace for TensorBoard's profiler, such as 10:20 (pip install xprof to see them)."
)
_DRY_RUN = flags.DEFINE_bool(
    "dry_run", False, "Make a few steps, tell memory and time that the run needs, keep nothing."
)


def config_from_flags() -> Config:
    """The run's configuration as the flags give it. Raises `InputError` on a value out of range."""
    model = ModelConfig(
        embedding_size=_EMBEDDING_SIZE.value,
        lstm_units=_LSTM_UNITS.value,
        lstm_layers=_LSTM_LAYERS.value,
        bidirectional=_BIDIRECTIONAL.value,
        dropout=_DROPOUT.value,
        char_dropout=_CHAR_DROPOUT.value,
        padding_output=_PADDING_OUTPUT.value,
    )
    training = TrainingConfig(
        epochs=_EPOCHS.value,
        batch_size=_BATCH_SIZE.value,
        max_batch_characters=_BATCH_CHARACTERS.value,
        accumulate_steps=_ACCUMULATE.value,
        learning_rate=_LEARNING_RATE.value,
        schedule=_SCHEDULE.value,
        warmup_steps=_WARMUP_STEPS.value,
        weight_decay=_WEIGHT_DECAY.value,
        clip_norm=_CLIP_NORM.value,
        ema_decay=_EMA_DECAY.value,
        class_weighting=_CLASS_WEIGHTING.value,
        logit_adjustment=_LOGIT_ADJUSTMENT.value,
        focal_gamma=_FOCAL_GAMMA.value,
        oversample=_OVERSAMPLE.value,
        precision=_PRECISION.value,
        deterministic=_DETERMINISTIC.value,
        seed=_SEED.value,
        validate_every=_VALIDATE_EVERY.value,
        best_metric=_BEST_METRIC.value,
        patience=_PATIENCE.value,
        checkpoint_every=_CHECKPOINT_EVERY.value,
        keep_checkpoints=_KEEP_CHECKPOINTS.value,
        log_every=_LOG_EVERY.value,
    )
    return Config(model=model, training=training)


def check_with_records(config: Config, dataset: Dataset) -> Steps | None:
    """The steps to be profiled. Raises `InputError` on a flag that does not go with these records, or no steps."""
    if _EVALUATE.value:
        dataset.split(_EVALUATE.value)
    if "validation" in dataset.splits:
        metric_names.check_metric(config.training.best_metric, dataset.labels)
    return profiled_steps(_PROFILE_STEPS.value)


def main() -> int:
    """Checks all that can be checked and connects to the other workers before TensorFlow is imported; then trains."""
    for number in (signal.SIGTERM, signal.SIGUSR1):  # until the run listens to them; a container's first process, or
        signal.signal(number, lambda *_: leave(RUN_AGAIN))  # a job's, would ignore or not survive them
    cluster = find_cluster(_CLUSTER.value, os.environ)
    config = config_from_flags()
    records = _RECORDS.value
    dataset = records_dataset.load(records)
    records_dataset.check_sizes(dataset, records, tuple(dataset.splits))
    work, profiled = WorkDir(_WORKDIR.value), check_with_records(config, dataset)
    notes = work.check(config, dataset, records)
    if cluster.num_workers > 1 and work.has_finished(config, dataset):
        if not cluster.is_chief:
            print("this run is finished already")
            return 0
        # the others may have ended before the report was written, and no scheduler starts them again
        cluster = Cluster.single_worker("the run is finished: no other worker is needed")
    must_match = {"code": code_fingerprint(), "records": dataset.fingerprint, "settings": config.to_settings()}
    with ControlChannel.connect(cluster, must_match, _STARTUP_TIMEOUT.value, _COLLECTIVE_TIMEOUT.value) as channel:
        if cluster.is_chief and not _DRY_RUN.value:
            work.prepare(config, dataset, records)
        if not _DRY_RUN.value:
            check_shared(work, channel, cluster.index, _COLLECTIVE_TIMEOUT.value)
        load_tensorflow(only_fatal=cluster.num_workers > 1)
        from ner.training import launch

        asked = launch.RunSpec(
            config,
            dataset,
            records,
            work,
            notes,
            cluster,
            channel,
            gpus=_GPUS.value,
            one_device=_CLUSTER.value == "none",
            collective_seconds=_COLLECTIVE_TIMEOUT.value,
            on_lost=fail,
            profiled=profiled,
            reported=_EVALUATE.value,
        )
        return launch.dry_run(asked) if _DRY_RUN.value else launch.train(asked)


def cli() -> None:
    """Entry point of the console script `ner-train`."""
    run_program(main, at_once=True)


if __name__ == "__main__":
    cli()
