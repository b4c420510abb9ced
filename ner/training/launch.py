"""What a user sees of a run from start to end."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from shlex import quote
from typing import NamedTuple

import tensorflow as tf

from ner.cluster.control_channel import ControlChannel
from ner.cluster.discovery import Cluster
from ner.config import Config, ModelConfig, TrainingConfig
from ner.data.batches import batches_of_run
from ner.data.dataset import Dataset, Split
from ner.data.sampling import SamplingPlan
from ner.devices import describe_device, unused_gpu_warnings, use_devices
from ner.errors import InputError, LostWorkerError
from ner.inference import predict
from ner.run_dir.workdir import WorkDir
from ner.signals import RUN_AGAIN, StopRequests
from ner.training import dry_run as needs
from ner.training.distributed.watchdog import Watchdog
from ner.training.distributed.worker_failures import diagnose_timeout, explain_lost_workers
from ner.training.distributed.workers import Workers, make_replicas
from ner.training.failures import explain_full_disk, keep_freed_memory
from ner.training.imbalance import ClassBalance
from ner.training.instrumentation import Steps
from ner.training.loop import Trainer


class RunSpec(NamedTuple):
    """A start of a run as the flags ask for it.

    `notes` are lines for the user, `gpus` how many of this machine's to use (None: all), `profiled` the steps to trace,
    and `reported` the split that is reported on in the end ("": none). `on_lost` ends the process, from any thread,
    when workers have waited for `collective_seconds` for one another.
    """

    config: Config
    dataset: Dataset
    records: str
    work: WorkDir
    notes: list[str]
    cluster: Cluster = Cluster.single_worker()
    channel: ControlChannel = ControlChannel.single_worker()
    gpus: int | None = None
    one_device: bool = False
    collective_seconds: float = 600.0
    on_lost: Callable[[InputError | LostWorkerError], object] = print
    profiled: Steps | None = None
    reported: str = ""


def train(start: RunSpec) -> int:
    """Runs or carries on a training and says so; the exit status: 0 finished, 75 to be run again, 130 interrupted.

    Raises `LostWorkerError` where another worker is gone.
    """
    workers = _workers(start)
    with explain_full_disk(), explain_lost_workers(start.channel), StopRequests() as stop:
        counted_in = start.work if workers.is_chief else None
        balance = ClassBalance.of(start.config.training, start.dataset, start.records, counted_in)
        run = _run(start, workers, balance)
        if run.resume():
            print(f"carrying on at step {run.position.step:,} (epoch {run.epoch:.2f})", flush=True)
        if run.finished:
            print("this run is finished already", flush=True)
        finished = run.train(stop, start.profiled)
        if finished:
            _tell_result(start, run, workers)
        else:
            print(f"stopped and saved at step {run.position.step:,}; the same command carries on", flush=True)
        workers.broadcast()  # nobody leaves while the chief still writes: a scheduler may end it with the first to go
    return 0 if finished else stop.exit_code or RUN_AGAIN


def _tell_result(start: RunSpec, run: Trainer, workers: Workers) -> None:
    folders = f"--workdir={quote(start.work.path)} --records={quote(start.records)}"
    last = list(start.dataset.splits)[-1]  # test, where there is one
    if workers.is_chief:
        print(run.summary(), flush=True)
    if start.reported:
        size = start.config.training.batch_size
        where = (start.work, start.dataset, start.records, start.reported)
        predict.report(*where, batch_size=size, decoding="viterbi", processes=workers)
    if workers.is_chief:
        board = f"python -m ner.board --logdir={quote(start.work.path)}"
        print(f"next: {board if start.reported else f'python -m ner.evaluate {folders} --split={last}'}", flush=True)


def dry_run(start: RunSpec) -> int:
    """Says what the run would be, and what memory and time it would need; the exit status 0."""
    run = _run(start, _workers(start), ClassBalance.of(start.config.training, start.dataset, start.records))
    for line in needs.dry_run(run, start.config.training, start.dataset, start.records):
        print(line)
    return 0


def _workers(start: RunSpec) -> Workers:
    keep_freed_memory()
    use_devices(start.gpus, start.one_device)
    if start.config.training.deterministic:
        tf.config.experimental.enable_op_determinism()
    replicas = make_replicas(start.channel, start.cluster.index, _limited(start))
    training = start.config.training
    for name in ("batch_size", "max_batch_characters"):
        if (value := getattr(training, name)) % replicas.count:
            raise InputError(
                f"--{name}={value} is of all {replicas.count} devices together, which cannot share it evenly: choose a "
                f"multiple of {replicas.count}, such as {-(-value // replicas.count) * replicas.count}"
            )
    return Workers(replicas, start.channel, start.cluster.index)


def _limited(start: RunSpec) -> Callable[[], AbstractContextManager[None]]:
    """Makes the context manager that limits how long this worker waits for the others."""
    channel, seconds = start.channel, start.collective_seconds
    if not channel.addresses:
        return nullcontext
    return Watchdog(seconds, lambda: start.on_lost(diagnose_timeout(channel, seconds))).limited


def _run(start: RunSpec, workers: Workers, balance: ClassBalance) -> Trainer:
    """The run at its first step, after telling what it is."""
    config, dataset, work, notes = (
        start.config,
        start.dataset,
        start.work,
        [*start.notes, *unused_gpu_warnings(os.environ)],
    )
    run = Trainer(config, dataset, start.records, work, balance, workers)
    if "validation" not in dataset.splits and config.training.patience:
        notes = [*notes, "no validation split: --patience and --best_metric have no effect"]
    told = _introduction(config, dataset, run, work, start.cluster) if workers.is_chief else [describe_device()]
    for line in [*told, *notes]:
        print(line, flush=True)
    return run


def _introduction(config: Config, dataset: Dataset, run: Trainer, work: WorkDir, cluster: Cluster) -> list[str]:
    train_split = dataset.split("train")
    training = config.training
    exactness = ", deterministic" if training.deterministic else ""
    return [
        f"workers     {_workers_in_words(cluster)}",
        f"device      {describe_device()}; precision {training.precision}{exactness}",
        f"model       {_model(config.model)}: {run.tagger.count_params():,} parameters",
        f"data        {train_split.sentences:,} sentences, {train_split.characters:,} characters, "
        f"{len(dataset.vocabulary)} character ids, {len(dataset.labels)} labels",
        f"plan        {_plan(training, train_split, run.epochs)}",
        *([f"balance     {balance}"] if (balance := _balance(training, train_split, run.epochs)) else []),
        f"work folder {work.path}   (python -m ner.board --logdir={quote(work.path)})",
    ]


def _workers_in_words(cluster: Cluster) -> str:
    return cluster.source if cluster.num_workers == 1 else f"{cluster.num_workers}, found by {cluster.source}"


def _plan(training: TrainingConfig, train_split: Split, epochs: SamplingPlan) -> str:
    batches = batches_of_run(train_split, epochs, training.epochs, training.batch_size, training.max_batch_characters)
    exact = not training.max_batch_characters and not epochs.factors
    kind = (
        f"up to {training.max_batch_characters:,} characters"
        if training.max_batch_characters
        else f"{training.batch_size} sentences"
    )
    about = "" if exact else "about "
    each = (
        f", an update every {training.accumulate_steps} or at an epoch's end" if training.accumulate_steps > 1 else ""
    )
    return f"{training.epochs} epochs, {about}{batches:,} batches of {kind}{each}"


def _balance(training: TrainingConfig, train_split: Split, epochs: SamplingPlan) -> str:
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
