"""Starts a run: devices, workers, model and data put together, then trained, or measured only."""

import os
from collections.abc import Callable, Sequence
from shlex import quote
from typing import NamedTuple

import tensorflow as tf

from ner.cluster.control_channel import ControlChannel
from ner.cluster.discovery import Cluster
from ner.config import Config
from ner.data.dataset import Dataset
from ner.data.word_vectors import WordVectors
from ner.devices import describe_device, unused_gpu_warnings, use_devices
from ner.errors import InputError, LostWorkerError
from ner.inference import split_evaluation
from ner.inference.models.keras_model import load_ensemble
from ner.model.ensemble import make_tagger
from ner.model.teacher import Teacher
from ner.run_dir.several_models import fingerprints
from ner.run_dir.workdir import WorkDir
from ner.signals import RUN_AGAIN, StopRequests
from ner.training import lazy_tables
from ner.training.distributed.consistency import check_same_weights, wait_for_best
from ner.training.distributed.stop_consensus import StoppedError, raise_on_stop
from ner.training.distributed.watchdog import Watchdog
from ner.training.distributed.worker_failures import diagnose_timeout, explain_lost_workers
from ner.training.distributed.workers import Workers, make_replicas
from ner.training.dry_run import measure_needs
from ner.training.failures import explain_full_disk
from ner.training.freed_memory import keep_freed_memory
from ner.training.imbalance import ClassBalance
from ner.training.initial_weights import initialize_from
from ner.training.instrumentation import Steps
from ner.training.loop import Trainer
from ner.training.optimizer import make_optimizer
from ner.training.run_summary import describe_result, describe_run, settings_without_effect
from ner.training.step import TrainingStep
from ner.training.train_state import TrainState
from ner.training.training_data import TrainingData
from ner.training.word_vector_coverage import coverage
from ner.training_config import TrainingConfig


class RunSpec(NamedTuple):
    """A start of a run as the flags ask for it.

    `notes` are lines for the user, `word_vectors` those that `config` names, `gpus` how many of this machine's to use
    (None: all), `profiled` the steps to trace, and `reported` the split that is reported on in the end ("": none).
    `on_lost` ends the process, from any thread, when workers have waited for one another for `collective_seconds`, or
    before the first update for `startup_seconds` where that is longer.
    """

    config: Config
    dataset: Dataset
    records: str
    work: WorkDir
    notes: list[str]
    cluster: Cluster = Cluster.single_worker()
    channel: ControlChannel = ControlChannel.single_worker()
    word_vectors: WordVectors | None = None
    gpus: int | None = None
    one_device: bool = False
    startup_seconds: float = 600.0
    collective_seconds: float = 600.0
    on_lost: Callable[[InputError | LostWorkerError], object] = print
    profiled: Steps | None = None
    reported: str = ""


def train(spec: RunSpec) -> int:
    """Starts or resumes a run and prints its progress; the exit status: 0 finished, 75 run it again, 130 interrupted.

    Raises `LostWorkerError` where another worker is gone.
    """
    workers = _workers(spec)
    with explain_full_disk(), explain_lost_workers(spec.channel), StopRequests() as stop:
        trainer = _make_and_describe_trainer(spec, workers)
        if trainer.resume():
            epoch = trainer.data.epochs_at(trainer.progress.sentences)
            print(f"resuming at step {trainer.progress.step:,} (epoch {epoch:.2f})", flush=True)
        elif spec.config.training.init_from:
            _initialize(spec, trainer, workers)
        _compare_teachers(spec, trainer, workers)
        if trainer.finished:
            print("this run is finished already", flush=True)
        finished = trainer.train(stop, spec.profiled)
        if finished:
            finished = _report_result(spec, trainer, workers, stop)
        else:
            print(f"stopped and saved at step {trainer.progress.step:,}; the same command resumes it", flush=True)
        workers.broadcast()  # nobody leaves while the chief still writes: a scheduler may end it with the first to go
    return 0 if finished else stop.exit_code or RUN_AGAIN


def dry_run(spec: RunSpec) -> int:
    """Prints what the run would be, and what memory and time it would need; the exit status 0."""
    workers = _workers(spec)
    trainer = _make_and_describe_trainer(spec, workers)
    for line in measure_needs(trainer, spec.config.training, workers.replicas):
        print(line)
    return 0


def make_trainer(spec: RunSpec, workers: Workers | None = None) -> Trainer:
    """The trainer of a run at its first step, with its weights on the devices of all `workers`."""
    config, dataset, workers = spec.config, spec.dataset, workers or Workers()
    training, replicas = config.training, workers.replicas
    balance = ClassBalance.of(training, dataset)
    with replicas.scope():
        tagger = make_tagger(
            config.model,
            dataset.vocabulary,
            dataset.labels,
            spec.word_vectors,
            precision=training.precision,
            seed=training.seed,
        )
        lazy = lazy_tables.are_worthwhile(training, replicas)
        state = TrainState(tagger, make_optimizer(training), training.ema_decay, lazy=lazy)
        teacher = None if spec.work.has_finished(config, dataset) else _load_teacher(training.teachers)
    data = TrainingData(training, dataset, spec.records, balance.plan, replicas)
    partly = dataset.is_partly_annotated
    step = TrainingStep(state, training, balance.class_weights, replicas, teacher, partly_annotated=partly)
    return Trainer(config, data, step, spec.work, workers)


def _load_teacher(paths: Sequence[str]) -> Teacher | None:
    """The models of these work folders, together; None where there are none."""
    if not paths:
        return None
    tagger, _ = load_ensemble([WorkDir(path) for path in paths])
    return Teacher(tagger)


def _make_and_describe_trainer(spec: RunSpec, workers: Workers) -> Trainer:
    """The trainer, after printing what the run is."""
    trainer = make_trainer(spec, workers)
    ineffective = settings_without_effect(spec.config, spec.dataset)
    notes = [*spec.notes, *unused_gpu_warnings(os.environ, spec.gpus), *ineffective]
    if not workers.is_chief:
        lines = [describe_device()]
    else:
        known = coverage(spec.word_vectors, spec.dataset, spec.records) if spec.word_vectors else None
        lines = describe_run(spec.config, trainer, spec.cluster, spec.work.path, known)
    for line in [*lines, *notes]:
        print(line, flush=True)
    return trainer


def _initialize(spec: RunSpec, trainer: Trainer, workers: Workers) -> None:
    lines = initialize_from(spec.config.training.init_from, trainer.state)
    check_same_weights(trainer.state.tagger.weights_sha256(), workers)
    if workers.is_chief:
        print("\n".join(lines), flush=True)


def _compare_teachers(spec: RunSpec, trainer: Trainer, workers: Workers) -> None:
    """Warns where a resumed run learns from other weights than before: a teacher may have been trained meanwhile."""
    teachers = () if trainer.finished else spec.config.training.teachers
    found, before = list(fingerprints([WorkDir(path) for path in teachers])), trainer.progress.teachers
    if found and before and found != before and workers.is_chief:
        print("warning: --teacher has other weights than when this run stopped", flush=True)
    trainer.progress.teachers = found


def _report_result(spec: RunSpec, trainer: Trainer, workers: Workers, stop: StopRequests) -> bool:
    """Prints and evaluates what came out; False where `stop` came before the report that was asked for."""
    folders = f"--workdir={quote(spec.work.path)} --records={quote(spec.records)}"
    last = list(spec.dataset.splits)[-1]  # test, where there is one
    if workers.is_chief:
        print(describe_result(spec.config.training, trainer), flush=True)
    if spec.reported:
        size = spec.config.training.batch_size
        where = (spec.work, spec.dataset, spec.records, spec.reported)
        on_batch = raise_on_stop(stop, workers)
        wait_for_best(spec.work, workers)
        try:
            split_evaluation.evaluate(
                *where,
                batch_size=size,
                decoding="viterbi",
                processes=workers,
                with_raw_text=False,
                on_batch=on_batch,
            )
        except StoppedError:
            print(f"stopped before the report on {spec.reported}; the same command writes it", flush=True)
            return False
    if workers.is_chief:
        report = f"python -m ner.evaluate {folders} --split={last}"
        if not spec.config.model.learns_labels:
            start = f"--flagfile=launch/flags/fast.flags --init_from={quote(spec.work.path)}"
            report = f"python -m ner.train {start} --records=RECORDS --workdir=WORKDIR"
        board = f"python -m ner.board --logdir={quote(spec.work.path)}"
        print(f"next: {board if spec.reported else report}", flush=True)
    return True


def _workers(spec: RunSpec) -> Workers:
    """This worker with its devices set up. Raises `InputError` where devices cannot share batches evenly."""
    keep_freed_memory()
    use_devices(spec.gpus, spec.one_device)
    training = spec.config.training
    if training.deterministic:
        tf.config.experimental.enable_op_determinism()
    replicas = make_replicas(spec.channel, spec.cluster.index, _watchdog(spec))
    check_shares(training, replicas.count)
    return Workers(replicas, spec.channel, spec.cluster.index, spec.collective_seconds)


def check_shares(training: TrainingConfig, devices: int) -> None:
    """Raises `InputError` where so many devices cannot share a batch evenly."""
    name = "max_batch_characters" if training.max_batch_characters else "batch_size"
    value = getattr(training, name)
    if value % devices:
        raise InputError(
            f"--{name}={value} is of all {devices} devices together, which cannot share it evenly: choose a multiple "
            f"of {devices}, such as {-(-value // devices) * devices}"
        )


def _watchdog(spec: RunSpec) -> Watchdog | None:
    """What ends the process when it waits too long for other workers; None where there are none."""
    if not spec.channel.addresses:
        return None
    startup, seconds = max(spec.startup_seconds, spec.collective_seconds), spec.collective_seconds
    return Watchdog(startup, seconds, lambda waited: spec.on_lost(diagnose_timeout(spec.channel, waited)))
