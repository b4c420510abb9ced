"""A training run from its first step, or from where its work folder left off, to `result.json`."""

import time
from typing import Any

import tensorflow as tf

from ner import files
from ner.config import Config
from ner.console import format_duration
from ner.data.batches import training_batches
from ner.data.dataset import Dataset
from ner.data.replica_batches import GlobalBatch, global_batches
from ner.data.verification import Verification, verify_while_reading
from ner.errors import InputError
from ner.model.tagger import Tagger
from ner.run_dir import checkpoints, event_files
from ner.run_dir.checkpoints import Checkpoint
from ner.run_dir.workdir import TRAINING_RUNS, WorkDir
from ner.signals import StopRequests
from ner.training.distributed.consistency import check_same_weights, load_on_all_workers
from ner.training.distributed.stop_consensus import StopConsensus
from ner.training.distributed.workers import Replicas, Workers
from ner.training.failures import explain_out_of_memory, stop_at_bad_batch
from ner.training.imbalance import ClassBalance
from ner.training.instrumentation import StepProfile, Steps, TimedIterator
from ner.training.optimizer import learning_rate, make_optimizer
from ner.training.reporter import NullReporter, Reporter
from ner.training.step import TrainingStep
from ner.training.train_state import TrainState
from ner.training.validation import Validation

VERIFIED_FIRST_SECONDS = 2.0  # training waits so long for the SHA-256 of all shards, gigabytes, and then goes beside it


class Trainer:
    """One run in one work folder, as one of its `workers` sees it."""

    def __init__(
        self,
        config: Config,
        dataset: Dataset,
        records: str,
        work: WorkDir,
        balance: ClassBalance,
        workers: Workers | None = None,
    ) -> None:
        self._run_config = config
        self._config = config.training
        self._dataset = dataset
        self._records = records
        self._work = work
        self._workers = workers or Workers()
        self._validates = "validation" in dataset.splits
        self.epochs = balance.epochs
        with self.replicas.scope():
            self.tagger = Tagger(
                config.model,
                len(dataset.vocabulary),
                len(dataset.labels),
                precision=self._config.precision,
                seed=self._config.seed,
            )
            optimizer = make_optimizer(self._config)
        self.training_step = TrainingStep(self.tagger, optimizer, self._config, balance.class_weights, self.replicas)
        self.position = TrainState()
        self._added = 0  # batches since the last update; checkpoints are written between updates only
        self._starts: dict[int, int] = {}  # number of a batch -> sentences before it, since the last look at bad ones
        self._validation = Validation(self._config, dataset, records, work, self.training_step, self._workers)

    def resume(self) -> bool:
        """Goes to the latest checkpoint of the work folder, and its curves with it; tells whether there was one.

        Raises `InputError` where another version wrote the checkpoint.
        """
        checkpoint = load_on_all_workers(self._work.checkpoints, self._workers)
        if checkpoint is not None:
            try:
                self.position = TrainState.from_json(checkpoint.state)
                self.training_step.restore(checkpoint.arrays)
            except (TypeError, ValueError) as error:
                where = self._work.checkpoints
                raise InputError(f"{where}: checkpoints of another version ({error}); use another --workdir") from None
            self.training_step.set_totals(self.position.unreported)
        if self._workers.is_chief:
            for run, step in zip(TRAINING_RUNS, (self.position.step, self.position.validated_step), strict=True):
                event_files.rewind(files.join(self._work.logs, run), -1 if checkpoint is None else step)
        check_same_weights(self.tagger.weights_sha256(), self._workers)
        return checkpoint is not None

    @property
    def replicas(self) -> Replicas:
        """The devices of all workers."""
        return self._workers.replicas

    @property
    def epoch(self) -> float:
        """How often the training split was seen."""
        return self.epochs.fraction(self.position.sentences)

    @property
    def finished(self) -> bool:
        """Whether all is seen or early stopping has ended the run, and the last validation made."""
        stopped = 0 < self._config.patience <= self.position.validations_without_gain
        return (self._at_end or stopped) and not self._validation_is_due

    @property
    def total_sentences(self) -> int:
        """Sentences of all epochs of the run."""
        return self.epochs.before(self._config.epochs)

    @property
    def _at_end(self) -> bool:
        return self.position.sentences >= self.total_sentences

    @property
    def _validation_is_due(self) -> bool:
        position, every = self.position, self._config.validate_every
        if not self._validates or position.validated_step == position.step:
            return False
        at_epoch_end = self.epochs.at(position.sentences)[1] == 0
        return self._at_end or (position.step % every == 0 if every else at_epoch_end)

    def train(self, stop: StopRequests, profiled: Steps | None = None) -> bool:
        """Trains to the end, or until `stop` asks to leave; saves either way. Tells whether the run is finished.

        The steps `profiled` are traced for TensorBoard's profiler.

        Raises `InputError` where the loss is no longer a number, memory runs out, or a shard is damaged.
        """
        if self.finished:
            self._finish()  # a kill may have come between the last checkpoint and the result
            return True
        self._journal = (
            Reporter(self._run_config, self._work, self.total_sentences, self.position.sentences, self._validates)
            if self._workers.is_chief
            else NullReporter()
        )
        self._clock = self._training_clock = time.monotonic()
        steps = profiled if self._workers.is_chief else None
        try:
            with verify_while_reading(self._dataset, self._records, "train") as shards:
                self._run_steps(stop, shards, StepProfile(steps, files.join(self._work.logs, "train")))
        finally:
            self._journal.close()
        if self.finished:
            self._finish()
        return self.finished

    def _run_steps(self, stop: StopRequests, shards: Verification, profile: StepProfile) -> None:
        shards.wait(VERIFIED_FIRST_SECONDS)
        if self._validation_is_due:  # the last start was told to leave before its end
            if not self._validate(stop):
                shards.waive()
                return
            if self.finished:
                shards.complete()
            self._save()
        config, position = self._config, self.position
        batches, agreement = TimedIterator(self.batches(position.sentences)), StopConsensus(self._workers, stop)
        for batch in batches if not self.finished else ():
            shards.check()
            with profile.step(position.step):
                votes = self.learn(batch, agreement.own_vote)
            self._journal.advance(int(batch.sentences))
            if votes is None:
                continue
            profile.end(position.step)
            due = self._validation_is_due
            if self._at_end or position.step % config.log_every == 0:
                self._report(batches.take_seconds())
            leaving = agreement.count(votes)
            if due and not self._validate(stop):
                leaving = True
            if self.finished:
                shards.complete()
                leaving = True
            if leaving or due or position.step % config.checkpoint_every == 0:
                self._save()
            if leaving:
                break
        profile.close()
        if profile.missed:
            self._journal.note("--profile_steps: none of these steps was made by this start, so nothing was traced")
        if not self.finished:
            shards.waive()

    def batches(self, start: int) -> tf.data.Dataset:
        """The training batches after so many sentences, with the parts of this worker."""
        parts = {"num_parts": self.replicas.count, "own": self.replicas.own}
        return global_batches(self._dataset, self._records, **parts, **self._batching(start))

    def _batching(self, start: int) -> dict[str, Any]:
        config = self._config
        sizes = {"batch_size": config.batch_size, "max_batch_characters": config.max_batch_characters}
        return {**sizes, "seed": config.seed, "start": start, "epochs": self.epochs}

    def learn(self, batch: GlobalBatch, vote: float = 0.0) -> tf.Tensor | None:
        """Learns from a batch; None, or the sum of all votes where that made an update.

        The last batch of an epoch always does.
        """
        position, accumulate_steps = self.position, self._config.accumulate_steps
        rate = learning_rate(self._config, position.step, position.sentences / self.total_sentences)
        number = position.batches
        self._starts[number] = position.sentences
        position.batches += 1
        position.sentences += int(batch.sentences)
        with explain_out_of_memory(position.step):
            if accumulate_steps == 1:
                votes = self.training_step(number, batch, rate, vote)
            else:
                self.training_step.add(number, batch)
                self._added += 1
                if self._added < accumulate_steps and self.epochs.at(position.sentences)[1]:
                    return None
                votes = self.training_step.update(rate, vote)
                self._added = 0
        position.step += 1
        return votes

    def _report(self, waited_seconds: float) -> None:
        self._add_up_time()
        position = self.position
        self._stop_at_bad_batch()
        totals = self.training_step.take_totals()
        seconds = position.training_seconds - position.reported_seconds
        position.reported_seconds = position.training_seconds
        rate = float(self.training_step.optimizer.learning_rate.numpy())
        figures = {"seconds": seconds, "waited_seconds": waited_seconds, "learning_rate": rate}
        self._journal.report(position, self.epoch, totals, figures)

    def _stop_at_bad_batch(self) -> None:
        number = self.training_step.bad_batch()
        if number is not None:
            batches = training_batches(self._dataset, self._records, **self._batching(self._starts[number]))
            stop_at_bad_batch(number, batches, self._work if self._workers.is_chief else None)
        self._starts.clear()

    def _add_up_time(self) -> None:
        now = time.monotonic()
        self.position.training_seconds += now - self._training_clock
        self._training_clock = now

    def _validate(self, stop: StopRequests) -> bool:
        """Validates and tells of it; whether that came to its end before `stop`."""
        self._stop_at_bad_batch()
        self._add_up_time()
        made = self._validation.make(self.position, stop, self._journal)
        self._training_clock = time.monotonic()
        return made

    def _save(self) -> None:
        self._stop_at_bad_batch()
        self._add_up_time()
        now = time.monotonic()
        self.position.seconds += now - self._clock
        self._clock = now
        self.position.unreported = self.training_step.totals()
        if self._workers.is_chief:
            checkpoint = Checkpoint(self.training_step.arrays(), self.position.to_json())
            checkpoints.save_step(self._work.checkpoints, self.position.step, checkpoint, self._config.keep_checkpoints)
        self._training_clock = time.monotonic()

    def _finish(self) -> None:
        weights_sha256 = self.tagger.weights_sha256()
        check_same_weights(weights_sha256, self._workers)
        if not self._workers.is_chief:
            return
        if not self._validates:
            self.position.best_step = self.position.step
            with self.training_step.eval_weights():
                self._validation.save_best(self.position.step)
        self._work.write_result(
            {
                "steps": self.position.step,
                "epochs": self.epoch,
                "stopped_early": not self._at_end,
                "best_metric": self._config.best_metric if self._validates else None,
                **self.position.result(),
                "parameters": self.tagger.count_params(),
                "weights_sha256": weights_sha256,
                "records": self._dataset.fingerprint,
                "settings": self._run_config.to_settings(),
            }
        )

    def summary(self) -> str:
        """What came out, in a line."""
        position = self.position
        score = (
            f"validation {self._config.best_metric} {position.best_score:.4f}" if self._validates else "no validation"
        )
        done = f"{position.step:,} steps in {format_duration(position.seconds)}"
        return f"{done}; best at step {position.best_step:,}: {score}"
