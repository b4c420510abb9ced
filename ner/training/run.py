"""A training run from its first step, or from where its work folder left off, to `result.json`."""

import time

import tensorflow as tf

from ner.analysis import hyperparameters, summaries
from ner.config import Config
from ner.errors import InputError
from ner.model.tagger import Tagger
from ner.records import files
from ner.records.batches import training_batches
from ner.records.dataset import Dataset
from ner.records.verification import Verification, naming_damaged_shards
from ner.training import checkpoints, event_files
from ner.training.bad_batch import stop_at_bad_batch
from ner.training.balance import Balance
from ner.training.checkpoints import Checkpoint
from ner.training.clock import clock
from ner.training.memory import naming_full_memory
from ner.training.optimizer import make_optimizer
from ner.training.position import Position
from ner.training.preemption import StopRequests
from ner.training.profile import StepProfile, Steps
from ner.training.progress import Progress
from ner.training.schedule import learning_rate
from ner.training.step import TrainingStep
from ner.training.validation import Validation
from ner.training.waiting import Waiting
from ner.training.workdir import TRAINING_RUNS, WorkFolder

VERIFIED_FIRST_SECONDS = 2.0  # training waits so long for the SHA-256 of all shards, gigabytes, and then goes beside it


class Run:
    """One run in one work folder."""

    def __init__(self, config: Config, dataset: Dataset, records: str, work: WorkFolder, balance: Balance) -> None:
        self._run_config = config
        self._config = config.training
        self._dataset = dataset
        self._records = records
        self._work = work
        self._validates = "validation" in dataset.splits
        self.epochs = balance.epochs
        self.tagger = Tagger(
            config.model,
            len(dataset.vocabulary),
            len(dataset.labels),
            precision=self._config.precision,
            seed=self._config.seed,
        )
        self.training_step = TrainingStep(
            self.tagger, make_optimizer(self._config), self._config, balance.class_weights
        )
        self.position = Position()
        self._added = 0  # batches since the last update; checkpoints are written between updates only
        self._starts: dict[int, int] = {}  # number of a batch -> sentences before it, since the last look at bad ones
        self._validation = Validation(self._config, dataset, records, work, self.training_step)

    def resume(self) -> bool:
        """Goes to the latest checkpoint of the work folder, and its curves with it; tells whether there was one.

        Raises `InputError` where another version wrote the checkpoint.
        """
        checkpoint = checkpoints.load_latest(self._work.checkpoints)
        if checkpoint is not None:
            try:
                self.position = Position.from_json(checkpoint.state)
                self.training_step.restore(checkpoint.arrays)
            except (TypeError, ValueError) as error:
                where = self._work.checkpoints
                raise InputError(f"{where}: checkpoints of another version ({error}); use another --workdir") from None
            self.training_step.set_totals(self.position.unreported)
        for run, step in zip(TRAINING_RUNS, (self.position.step, self.position.validated_step), strict=True):
            event_files.rewind(files.join(self._work.logs, run), -1 if checkpoint is None else step)
        return checkpoint is not None

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
        self._logs = {run: summaries.writer(self._work.logs, run) for run in TRAINING_RUNS[: 1 + self._validates]}
        with summaries.recording(self._logs["train"]):
            hyperparameters.write(self._run_config, self._work.trial)
        self._progress = Progress(self._config.epochs, self.total_sentences, self.position.sentences)
        self._clock = self._training_clock = time.monotonic()
        try:
            with naming_damaged_shards(self._dataset, self._records, "train") as shards:
                self._run_steps(stop, shards, StepProfile(profiled, files.join(self._work.logs, "train")))
        finally:
            self._progress.close()
            for log in self._logs.values():
                log.close()
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
        batches = Waiting(self.batches(position.sentences))
        for char_ids, labels in batches if not self.finished else ():
            shards.check()
            with profile.step(position.step):
                updated = self.learn(char_ids, labels)
            self._progress.advance(char_ids.shape[0])
            if not updated:
                continue
            profile.end(position.step)
            due = self._validation_is_due
            if self._at_end or position.step % config.log_every == 0:
                self._report(batches.take_seconds())
            if due:
                self._validate(stop)
            if self.finished:
                shards.complete()
            leaving = self.finished or stop.exit_code is not None
            if leaving or due or position.step % config.checkpoint_every == 0:
                self._save()
            if leaving:
                break
        profile.close()
        if profile.missed:
            self._progress.note("--profile_steps: none of these steps was made by this start, so nothing was traced")
        if not self.finished:
            shards.waive()

    def batches(self, start: int) -> tf.data.Dataset:
        """The training batches after so many sentences."""
        config = self._config
        return training_batches(
            self._dataset,
            self._records,
            batch_size=config.batch_size,
            batch_characters=config.batch_characters,
            seed=config.seed,
            start=start,
            epochs=self.epochs,
        )

    def learn(self, char_ids: tf.Tensor, labels: tf.Tensor) -> bool:
        """Learns from a batch; whether that made an update, as the last one of an epoch always does."""
        position, accumulate = self.position, self._config.accumulate
        rate = tf.constant(learning_rate(self._config, position.step, position.sentences / self.total_sentences))
        number = tf.constant(position.batches)
        self._starts[position.batches] = position.sentences
        position.batches += 1
        position.sentences += char_ids.shape[0]
        with naming_full_memory(position.step):
            if accumulate == 1:
                self.training_step(number, char_ids, labels, rate)
            else:
                self.training_step.add(number, char_ids, labels)
                self._added += 1
                if self._added < accumulate and self.epochs.at(position.sentences)[1]:
                    return False
                self.training_step.update(rate)
                self._added = 0
        position.step += 1
        return True

    def _report(self, waited_seconds: float) -> None:
        self._add_up_time()
        position = self.position
        self._stop_at_bad_batch()
        totals = self.training_step.take_totals()
        seconds = position.training_seconds - position.reported_seconds
        position.reported_seconds = position.training_seconds
        rate = float(self.training_step.optimizer.learning_rate)
        self._progress.report(position.step, self.epoch, totals, seconds, rate)
        values = {
            "loss": totals.loss / max(1, totals.characters),
            "gradient_norm": totals.gradient_norm / max(1, totals.updates),
            "learning_rate": rate,
            "sentences_per_second": totals.sentences / seconds,
            "characters_per_second": totals.characters / seconds,
            "real_share": totals.characters / max(1, totals.places),
            "step_seconds": seconds / max(1, totals.updates),
            "input_wait_share": min(1.0, waited_seconds / seconds),
        }
        summaries.write_scalars(self._logs["train"], position.step, values)

    def _stop_at_bad_batch(self) -> None:
        number = self.training_step.bad_batch()
        if number is not None:
            stop_at_bad_batch(number, self.batches(self._starts[number]), self._work)
        self._starts.clear()

    def _add_up_time(self) -> None:
        now = time.monotonic()
        self.position.training_seconds += now - self._training_clock
        self._training_clock = now

    def _validate(self, stop: StopRequests) -> bool:
        """Validates and tells of it; whether that came to its end before `stop`."""
        self._stop_at_bad_batch()
        self._add_up_time()
        position = self.position
        evaluation = self._validation.make(position, stop)
        if evaluation is not None:
            summaries.write_evaluation(self._logs["validation"], evaluation)
            best = hyperparameters.best_scalars(position.best_step, position.best_scores)
            summaries.write_scalars(self._logs["train"], position.step, best)
            scores = evaluation.report.scores
            self._progress.note(
                f"validation at step {position.step:,}: entity F1 {scores.entities.micro.f1:.4f} (macro "
                f"{scores.entities.macro.f1:.4f}), word macro-F1 {scores.words.macro_f1:.4f}, character macro-F1 "
                f"{scores.characters.macro_f1:.4f}, {evaluation.report.seconds:.1f} s"
                + ("  best so far" if position.best_step == position.step else "")
            )
        self._training_clock = time.monotonic()
        return evaluation is not None

    def _save(self) -> None:
        self._stop_at_bad_batch()
        self._add_up_time()
        now = time.monotonic()
        self.position.seconds += now - self._clock
        self._clock = now
        self.position.unreported = self.training_step.totals()
        checkpoint = Checkpoint(self.training_step.arrays(), self.position.to_json())
        checkpoints.save_step(self._work.checkpoints, self.position.step, checkpoint, self._config.keep_checkpoints)
        self._training_clock = time.monotonic()

    def _finish(self) -> None:
        if not self._validates:
            self.position.best_step = self.position.step
            with self.training_step.judged():
                self._validation.save_best(self.position.step)
        self._work.write_result(
            {
                "steps": self.position.step,
                "epochs": self.epoch,
                "stopped_early": not self._at_end,
                "best_metric": self._config.best_metric if self._validates else None,
                **self.position.result(),
                "parameters": self.tagger.count_params(),
                "weights_sha256": self.tagger.weights_sha256(),
            }
        )

    def summary(self) -> str:
        """What came out, in a line."""
        position = self.position
        score = (
            f"validation {self._config.best_metric} {position.best_score:.4f}" if self._validates else "no validation"
        )
        done = f"{position.step:,} steps in {clock(position.seconds)}"
        return f"{done}; best at step {position.best_step:,}: {score}"
