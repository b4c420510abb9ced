"""The training loop: from the first step, or from a restored state, to `result.json`."""

import time

from ner import files
from ner.config import Config
from ner.data.verification import Verification
from ner.run_dir.workdir import WorkDir
from ner.signals import StopRequests
from ner.training.checkpointer import Checkpointer
from ner.training.distributed.consistency import check_same_weights
from ner.training.distributed.stop_consensus import StopConsensus
from ner.training.distributed.workers import Workers
from ner.training.failures import stop_at_bad_batch
from ner.training.instrumentation import StepProfile, Steps
from ner.training.reporter import NullReporter, Reporter
from ner.training.step import TrainingStep
from ner.training.train_state import Progress
from ner.training.training_data import TrainingData
from ner.training.updates import make_updates
from ner.training.validation import Validation

VERIFIED_FIRST_SECONDS = 2.0  # training waits this long for the SHA-256 of all shards, and then runs beside it


class Trainer:
    """One run in one work folder, as one of its `workers` sees it."""

    def __init__(
        self, config: Config, data: TrainingData, step: TrainingStep, work: WorkDir, workers: Workers | None = None
    ) -> None:
        self.data = data
        self.step = step
        self.state = step.state
        self._run_config = config
        self._config = config.training
        self._work = work
        self._workers = workers or Workers()
        self._checkpointer = Checkpointer(work, self._config.keep_checkpoints, self._workers)
        self._validation = Validation(self._config, data, step, work, self._workers)

    def resume(self) -> bool:
        """Continues from the latest checkpoint of the work folder; False where there is none.

        Raises `InputError` where another version wrote the checkpoint.
        """
        return self._checkpointer.restore(self.state)

    @property
    def progress(self) -> Progress:
        """How far the run has come."""
        return self.state.progress

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or early stopping ended the run, and the last validation too."""
        stopped = 0 < self._config.patience <= self.progress.validations_without_gain
        return (self._at_end or stopped) and not self._validation_is_due

    @property
    def _at_end(self) -> bool:
        return self.progress.sentences >= self.data.total_sentences

    @property
    def _validation_is_due(self) -> bool:
        progress, every = self.progress, self._config.validate_every
        if not self._validation.has_split or progress.validated_step == progress.step:
            return False
        due = progress.step % every == 0 if every else self.data.is_epoch_end(progress.sentences)
        return due or self._at_end

    def train(self, stop: StopRequests, profiled: Steps | None = None) -> bool:
        """Trains to the end, or until `stop` asks to leave, and saves; returns whether the run is finished.

        The chief's steps `profiled` are traced for TensorBoard's profiler.

        Raises `InputError` after a NaN or infinite loss, where memory runs out, or on a damaged shard.
        """
        if self.finished:
            self._finish()  # a kill may have come between the last checkpoint and the result
            return True
        self._reporter = self._make_reporter()
        self._clock = self._training_clock = time.monotonic()
        # Where the last check for a NaN loss was.
        self._checked_batches, self._checked_sentences = self.progress.batches, self.progress.sentences
        # The chief alone traces, but all make calls of the same lengths: they count votes to stop by calls.
        logs = files.join(self._work.logs, "train") if self._workers.is_chief else None
        profile = StepProfile(self._workers.broadcast(profiled), logs)
        try:
            with self.data.verified() as shards:
                self._run_steps(stop, shards, profile)
        finally:
            self._reporter.close()
        if self.finished:
            self._finish()
        return self.finished

    def _make_reporter(self) -> NullReporter:
        if not self._workers.is_chief:
            return NullReporter()
        total, seen = self.data.total_sentences, self.progress.sentences
        return Reporter(self._run_config, self._work, total, seen, self._validation.has_split)

    def _run_steps(self, stop: StopRequests, shards: Verification, profile: StepProfile) -> None:
        shards.wait(VERIFIED_FIRST_SECONDS)
        if self._validation_is_due:  # the last start was stopped before it was done
            if not self._validate(stop):
                shards.waive()
                return
            if self.finished:
                shards.complete()
            self._save()
        config, progress = self._config, self.progress
        updates, consensus = make_updates(config, self.data, self.step), StopConsensus(self._workers, stop)
        leaving = self.finished
        while not leaving:
            shards.check()
            seen = progress.sentences
            with profile.step(progress.step):
                votes = updates.make(self._updates_until_due(profile), consensus.own_vote)
            self._reporter.advance(progress.sentences - seen)
            profile.end(progress.step)
            due = self._validation_is_due
            if self._at_end or progress.step % config.log_every == 0:
                self._report(updates.take_wait_seconds())
            leaving = consensus.count(votes)
            if due and not self._validate(stop):
                leaving = True
            if self.finished:
                shards.complete()
                leaving = True
            if leaving or due or progress.step % config.checkpoint_every == 0:
                self._save()
        profile.close()
        if profile.missed:
            self._reporter.note("--profile_steps: this start ran none of these steps, so nothing was traced")
        if not self.finished:
            shards.waive()

    def _updates_until_due(self, profile: StepProfile) -> int:
        """How many updates one call may make: not beyond a log, a validation, a checkpoint or the edge of a trace."""
        config, step = self._config, self.progress.step
        cycles = (config.log_every, config.checkpoint_every, config.validate_every)
        ahead = [every - step % every for every in cycles if every]
        return profile.limit(step, min(config.steps_per_call, *ahead))

    def _report(self, waited_seconds: float | None) -> None:
        self._add_training_time()
        self._stop_at_bad_batch()
        progress, metrics = self.progress, self.state.metrics
        seconds = progress.training_seconds - progress.reported_seconds
        progress.reported_seconds = progress.training_seconds
        scalars = metrics.read().scalars(seconds, waited_seconds)
        metrics.reset()
        scalars["learning_rate"] = float(self.state.optimizer.learning_rate.numpy())
        self._reporter.report(progress.step, self.data.epochs_at(progress.sentences), scalars)

    def _stop_at_bad_batch(self) -> None:
        number = self.step.bad_batch()
        if number is not None:
            batches = self.data.whole_batches(self._checked_sentences).skip(number - self._checked_batches)
            stop_at_bad_batch(number, batches, self._work if self._workers.is_chief else None)
        self._checked_batches, self._checked_sentences = self.progress.batches, self.progress.sentences

    def _add_training_time(self) -> None:
        now = time.monotonic()
        self.progress.training_seconds += now - self._training_clock
        self._training_clock = now

    def _validate(self, stop: StopRequests) -> bool:
        """Validates and reports it; False where `stop` came first."""
        self._stop_at_bad_batch()
        self._add_training_time()
        completed = self._validation.run(self.progress, stop, self._reporter)
        self._training_clock = time.monotonic()
        return completed

    def _save(self) -> None:
        self._stop_at_bad_batch()
        self._add_training_time()
        now = time.monotonic()
        self.progress.seconds += now - self._clock
        self._clock = now
        self._checkpointer.save(self.state)
        self._training_clock = time.monotonic()

    def _finish(self) -> None:
        with self.state.up_to_date():
            weights_sha256 = self.state.tagger.weights_sha256()
        check_same_weights(weights_sha256, self._workers)
        if not self._workers.is_chief:
            return
        progress, validates = self.progress, self._validation.has_split
        if not validates:
            progress.best_step = progress.step
            with self.step.eval_weights():
                self._validation.save_best(progress.step)
        self._work.write_result(
            {
                "steps": progress.step,
                "epochs": self.data.epochs_at(progress.sentences),
                "stopped_early": not self._at_end,
                "best_metric": self._config.best_metric if validates else None,
                **progress.result(),
                "parameters": self.state.tagger.count_params(),
                "weights_sha256": weights_sha256,
                "records": self.data.dataset.fingerprint,
                "settings": self._run_config.to_settings(),
            }
        )
