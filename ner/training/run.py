"""A training run from its first step, or from where its work folder left off, to `result.json`."""

import dataclasses
import hashlib
import math
import time
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from ner.analysis import embedding, hyperparameters, summaries
from ner.analysis.evaluation import Evaluator
from ner.config import Config
from ner.errors import InputError
from ner.model.tagger import Tagger
from ner.records import files
from ner.records.batches import training_batches
from ner.records.dataset import Dataset
from ner.records.verification import Verification, naming_damaged_shards
from ner.training import checkpoints
from ner.training.checkpoints import Checkpoint
from ner.training.preemption import StopRequests
from ner.training.progress import Progress, clock
from ner.training.schedule import learning_rate
from ner.training.step import TrainingStep, make_optimizer
from ner.training.waiting import Waiting
from ner.training.workdir import TRAINING_RUNS, WorkFolder

VERIFIED_FIRST_SECONDS = 2.0  # training waits so long for the SHA-256 of all shards, gigabytes, and then goes beside it


@dataclass
class Position:
    """How far a run has come: what a checkpoint holds beside arrays. The place in the data is the `sentences` seen."""

    step: int = 0
    sentences: int = 0
    seconds: float = 0.0
    training_seconds: float = 0.0
    best_step: int = 0
    best_entity_f1: float = -1.0
    validations_without_gain: int = 0

    def best(self) -> dict[str, Any]:
        """Step and entity F1 of the best validation; the score is None where there was no validation."""
        return {
            "best_step": self.best_step,
            "best_entity_f1": self.best_entity_f1 if self.best_entity_f1 >= 0 else None,
        }


class Run:
    """One run in one work folder."""

    def __init__(self, config: Config, dataset: Dataset, records: str, work: WorkFolder) -> None:
        self._run_config = config
        self._config = config.training
        self._dataset = dataset
        self._records = records
        self._work = work
        self._sentences = dataset.split("train").sentences
        self.tagger = Tagger(
            config.model,
            len(dataset.vocabulary),
            len(dataset.labels),
            precision=self._config.precision,
            seed=self._config.seed,
        )
        self._step = TrainingStep(
            self.tagger,
            make_optimizer(self._config),
            seed=self._config.seed,
            batch_characters=self._config.batch_characters,
        )
        self.position = Position()
        self._validates = "validation" in dataset.splits
        self._evaluator = Evaluator(
            self.tagger, dataset, records, batch_size=self._config.batch_size, decoding="viterbi"
        )

    def resume(self) -> bool:
        """Goes to the latest checkpoint of the work folder; tells whether there was one."""
        checkpoint = checkpoints.load_latest(self._work.checkpoints)
        if checkpoint is None:
            return False
        self._step.restore(checkpoint.arrays)
        self.position = Position(**checkpoint.state)
        return True

    @property
    def epochs(self) -> float:
        """How often the training split was seen."""
        return self.position.sentences / self._sentences

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or early stopping has ended the run."""
        patience = self._config.patience
        stopped = 0 < patience <= self.position.validations_without_gain
        return self.epochs >= self._config.epochs or stopped

    def train(self, stop: StopRequests) -> bool:
        """Trains to the end, or until `stop` asks to leave; saves either way. Tells whether the run is finished.

        Raises `InputError` where the loss is no longer a number, memory runs out, or a shard is damaged.
        """
        if self.finished:
            return True
        self._logs = {run: summaries.writer(self._work.logs, run) for run in TRAINING_RUNS[: 1 + self._validates]}
        with self._logs["train"].as_default():
            hyperparameters.write(self._run_config, self._work.trial)
        progress = Progress(self._config.epochs, self._sentences, self.position.sentences)
        self._clock = self._training_clock = time.monotonic()
        try:
            with naming_damaged_shards(self._dataset, self._records, "train") as shards:
                self._run_steps(stop, progress, shards)
        except tf.errors.ResourceExhaustedError as error:
            raise InputError(
                f"out of memory at step {self.position.step}: lower --batch_size ({error.message})"
            ) from None
        finally:
            progress.close()
            for log in self._logs.values():
                log.close()
        if self.finished:
            self._finish()
        return self.finished

    def _run_steps(self, stop: StopRequests, progress: Progress, shards: Verification) -> None:
        shards.wait(VERIFIED_FIRST_SECONDS)
        batches = Waiting(
            training_batches(
                self._dataset,
                self._records,
                batch_size=self._config.batch_size,
                batch_characters=self._config.batch_characters,
                seed=self._config.seed,
                start=self.position.sentences,
            )
        )
        position, validate_every = self.position, self._config.validate_every
        for char_ids, labels in batches:
            shards.check()
            rate = learning_rate(self._config, position.step, self.epochs / self._config.epochs)
            self._step(tf.constant(position.step), tf.constant(rate), char_ids, labels)
            position.step += 1
            position.sentences += char_ids.shape[0]
            progress.advance(char_ids.shape[0])
            last = self.epochs >= self._config.epochs
            leaving = last or stop.exit_code is not None
            due = position.step % validate_every if validate_every else position.sentences % self._sentences
            validating = last or due == 0
            saving = leaving or validating or position.step % self._config.checkpoint_every == 0
            if saving or position.step % self._config.log_every == 0:
                self._report(progress, batches.take_seconds())
            if validating and self._validates:
                self._validate(progress)
            if self.finished:
                shards.complete()
            if saving:
                self._save()
            if leaving or self.finished:
                break
        if not self.finished:
            shards.waive()

    def _report(self, progress: Progress, waited_seconds: float) -> None:
        seconds = time.monotonic() - self._training_clock
        totals = self._step.take_totals()
        loss = totals.loss / max(1, totals.characters)
        if not math.isfinite(loss):
            raise InputError(
                f"the loss became {loss} before step {self.position.step}; lower --learning_rate or --clip_norm, or "
                "raise --warmup_steps; the latest checkpoint is from before that"
            )
        rate = float(self._step.optimizer.learning_rate)
        progress.report(self.position.step, totals, seconds, rate)
        values = {
            "loss": loss,
            "learning_rate": rate,
            "sentences_per_second": totals.sentences / seconds,
            "characters_per_second": totals.characters / seconds,
            "real_share": totals.characters / max(1, totals.places),
            "step_seconds": seconds / max(1, totals.updates),
            "input_wait_share": waited_seconds / seconds,
        }
        summaries.write_scalars(self._logs["train"], self.position.step, values)
        self.position.training_seconds += seconds
        self._training_clock = time.monotonic()

    def _validate(self, progress: Progress) -> None:
        position = self.position
        evaluation = self._evaluator.evaluate("validation", position.step)
        summaries.write_evaluation(self._logs["validation"], evaluation)
        report = evaluation.report
        f1 = report.scores.entities.micro.f1
        gained = f1 > position.best_entity_f1
        if gained:
            position.best_step, position.best_entity_f1, position.validations_without_gain = position.step, f1, 0
            self._save_best()
        else:
            position.validations_without_gain += 1
        best = {hyperparameters.BEST_ENTITY_F1: position.best_entity_f1, hyperparameters.BEST_STEP: position.best_step}
        summaries.write_scalars(self._logs["train"], position.step, best)
        scores = report.scores
        progress.note(
            f"validation at step {position.step:,}: entity F1 {f1:.4f} (macro {scores.entities.macro.f1:.4f}), "
            f"word macro-F1 {scores.words.macro_f1:.4f}, character macro-F1 {scores.characters.macro_f1:.4f}, "
            f"{report.seconds:.1f} s" + ("  best so far" if gained else "")
        )
        self._training_clock = time.monotonic()

    def _save(self) -> None:
        now = time.monotonic()
        self.position.seconds += now - self._clock
        self._clock = now
        checkpoint = Checkpoint(self._step.arrays(), dataclasses.asdict(self.position))
        checkpoints.save_step(self._work.checkpoints, self.position.step, checkpoint, self._config.keep_checkpoints)
        self._training_clock += time.monotonic() - now

    def _save_best(self) -> None:
        path = files.join(self._work.checkpoints, checkpoints.BEST)
        checkpoints.save(path, Checkpoint(self.tagger.weights_by_name(), {"step": self.position.step}))
        vectors = self.tagger.embedding.embeddings.numpy()
        embedding.write(files.join(self._work.logs, "train"), vectors, self._dataset.vocabulary)

    def _finish(self) -> None:
        position = self.position
        if not self._validates:
            position.best_step = position.step
            self._save_best()
        digest = hashlib.sha256()
        for name, value in sorted(self.tagger.weights_by_name().items()):
            digest.update(name.encode() + value.tobytes())
        self._work.write_result(
            {
                "steps": position.step,
                "epochs": self.epochs,
                "stopped_early": self.epochs < self._config.epochs,
                **position.best(),
                "seconds": position.seconds,
                "sentences_per_second": position.sentences / position.training_seconds,
                "parameters": self.tagger.count_params(),
                "weights_sha256": digest.hexdigest(),
            }
        )

    def summary(self) -> str:
        """What came out, in a line."""
        best = self.position.best()
        score = (
            f"validation entity F1 {best['best_entity_f1']:.4f}"
            if best["best_entity_f1"] is not None
            else "no validation"
        )
        done = f"{self.position.step:,} steps in {clock(self.position.seconds)}"
        return f"{done}; best at step {best['best_step']:,}: {score}"
