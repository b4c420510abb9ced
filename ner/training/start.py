"""What a user sees of a run from start to end."""

from shlex import quote

import tensorflow as tf

from ner.config import Config, ModelConfig, TrainingConfig
from ner.records.batches import batches_of_run
from ner.records.dataset import Dataset, Split
from ner.records.epochs import Epochs
from ner.training import dry_run as needs
from ner.training.balance import Balance
from ner.training.device import describe_device
from ner.training.disk import naming_full_disk
from ner.training.memory import keep_freed_memory
from ner.training.preemption import RUN_AGAIN, StopRequests
from ner.training.profile import Steps
from ner.training.run import Run
from ner.training.workdir import WorkFolder


def train(
    config: Config, dataset: Dataset, records: str, work: WorkFolder, notes: list[str], profiled: Steps | None = None
) -> int:
    """Runs or carries on a training and says so; the exit status: 0 finished, 75 to be run again, 130 interrupted."""
    with naming_full_disk(), StopRequests() as stop:
        run = _start(config, dataset, records, work, notes, Balance.of(config.training, dataset, records, work))
        if run.resume():
            print(f"carrying on at step {run.position.step:,} (epoch {run.epoch:.2f})", flush=True)
        if run.finished:
            print("this run is finished already", flush=True)
        if run.train(stop, profiled):
            print(run.summary())
            split = list(dataset.splits)[-1]  # test, where there is one
            folders = f"--workdir={quote(work.path)} --records={quote(records)}"
            print(f"next: python -m ner.evaluate {folders} --split={split}")
            return 0
    print(f"stopped and saved at step {run.position.step:,}; the same command carries on")
    return stop.exit_code or RUN_AGAIN


def dry_run(config: Config, dataset: Dataset, records: str, work: WorkFolder, notes: list[str]) -> int:
    """Says what the run would be, and what memory and time it would need; the exit status 0."""
    run = _start(config, dataset, records, work, notes, Balance.of(config.training, dataset, records))
    for line in needs.dry_run(run, config.training, dataset, records):
        print(line)
    return 0


def _start(config: Config, dataset: Dataset, records: str, work: WorkFolder, notes: list[str], balance: Balance) -> Run:
    """The run at its first step, after telling what it is."""
    keep_freed_memory()
    device = describe_device()
    if config.training.deterministic:
        tf.config.experimental.enable_op_determinism()
    run = Run(config, dataset, records, work, balance)
    if "validation" not in dataset.splits and config.training.patience:
        notes = [*notes, "no validation split: --patience and --best_metric have no effect"]
    for line in [*_introduction(config, dataset, run, work, device), *notes]:
        print(line, flush=True)
    return run


def _introduction(config: Config, dataset: Dataset, run: Run, work: WorkFolder, device: str) -> list[str]:
    train_split = dataset.split("train")
    training = config.training
    exactness = ", deterministic" if training.deterministic else ""
    return [
        f"device      {device}; precision {training.precision}{exactness}",
        f"model       {_model(config.model)}: {run.tagger.count_params():,} parameters",
        f"data        {train_split.sentences:,} sentences, {train_split.characters:,} characters, "
        f"{len(dataset.vocabulary)} character ids, {len(dataset.labels)} labels",
        f"plan        {_plan(training, train_split, run.epochs)}",
        *([f"balance     {balance}"] if (balance := _balance(training, train_split, run.epochs)) else []),
        f"work folder {work.path}   (python -m ner.board --logdir={quote(work.path)})",
    ]


def _plan(training: TrainingConfig, train_split: Split, epochs: Epochs) -> str:
    batches = batches_of_run(train_split, epochs, training.epochs, training.batch_size, training.batch_characters)
    exact = not training.batch_characters and not epochs.factors
    kind = (
        f"up to {training.batch_characters:,} characters"
        if training.batch_characters
        else f"{training.batch_size} sentences"
    )
    about = "" if exact else "about "
    each = f", an update every {training.accumulate} or at an epoch's end" if training.accumulate > 1 else ""
    return f"{training.epochs} epochs, {about}{batches:,} batches of {kind}{each}"


def _balance(training: TrainingConfig, train_split: Split, epochs: Epochs) -> str:
    """What is done for rare classes, in words; empty where nothing is."""
    parts = []
    if training.class_weighting != "none":
        taken_out = f", {training.logit_adjustment:.0%} taken out of scores" if training.logit_adjustment else ""
        parts.append(f"class weights {training.class_weighting}{taken_out}")
    if training.focal_gamma:
        parts.append(f"focal loss, gamma {training.focal_gamma:g}")
    if training.oversample:
        size = epochs.before(training.epochs) / training.epochs
        parts.append(f"rare types repeated: {size:,.0f} sentences an epoch instead of {train_split.sentences:,}")
    return "; ".join(parts)


def _model(model: ModelConfig) -> str:
    kind = "bidirectional LSTM" if model.bidirectional else "LSTM"
    return f"{kind}, {model.lstm_layers} x {model.lstm_units} units, embedding {model.embedding_size}"
