"""Reports of a running training: lines or a progress bar on standard output, and TensorBoard's curves."""

import sys
from typing import TextIO

from ner.config import Config
from ner.console import format_duration, progress_bar
from ner.evaluation.evaluation import Evaluation
from ner.run_dir.workdir import TRAINING_RUNS, WorkDir
from ner.tensorboard import hparams
from ner.tensorboard.card_tags import shown
from ner.tensorboard.writer import make_writer, recording, write_evaluation, write_scalars
from ner.training.train_state import Progress


class NullReporter:
    """Reports nothing: for workers other than the chief."""

    def advance(self, sentences: int) -> None:
        """Moves the bar on by a number of sentences."""

    def note(self, text: str) -> None:
        """Prints a line."""

    def report(self, step: int, epoch: float, scalars: dict[str, float]) -> None:
        """Prints and writes `scalars` (TensorBoard tag -> value), measured since the last report."""

    def validation(self, progress: Progress, evaluation: Evaluation, sample: Evaluation | None) -> None:
        """Prints and writes the scores of a validation, which `progress` already counts, and of the training sample."""

    def close(self) -> None:
        """Ends the reports of this start."""


class Reporter(NullReporter):
    """The chief's reporter, on a run of `sentences` in all its epochs, of which `seen` are done."""

    def __init__(self, config: Config, work: WorkDir, sentences: int, seen: int, validates: bool) -> None:
        runs = TRAINING_RUNS[: 1 + validates + (validates and config.training.train_sample > 0)]
        self._logs = {run: make_writer(work.logs, run) for run in runs}
        with recording(self._logs["train"]):
            hparams.write(config, work.trial)
        self._bar = TrainingBar(config.training.epochs, sentences, seen)

    def advance(self, sentences: int) -> None:
        """Moves the bar on by a number of sentences."""
        self._bar.advance(sentences)

    def note(self, text: str) -> None:
        """Prints a line."""
        self._bar.note(text)

    def report(self, step: int, epoch: float, scalars: dict[str, float]) -> None:
        """Prints and writes `scalars` (TensorBoard tag -> value), measured since the last report."""
        self._bar.report(step, epoch, scalars)
        write_scalars(self._logs["train"], step, shown(scalars))

    def validation(self, progress: Progress, evaluation: Evaluation, sample: Evaluation | None) -> None:
        """Prints and writes the scores of a validation, of the training sample, and of the best validation so far."""
        if sample:
            write_scalars(self._logs["train_sample"], progress.step, shown(sample.report.scores.scalars()))
        write_evaluation(self._logs["validation"], evaluation)
        best = hparams.best_scalars(progress.best_step, progress.best_scores)
        write_scalars(self._logs["train"], progress.step, best)
        scores = evaluation.report.scores
        self.note(
            f"validation at step {progress.step:,}: entity F1 {scores.entities.micro.f1:.4f} (macro "
            f"{scores.entities.macro.f1:.4f}), word macro-F1 {scores.words.macro_f1:.4f}, character macro-F1 "
            f"{scores.characters.macro_f1:.4f}, loss {scores.loss.mean:.4f}, {evaluation.report.seconds:.1f} s"
            + (f"; training sample: entity F1 {sample.report.scores.entities.micro.f1:.4f}" if sample else "")
            + ("  best so far" if progress.best_step == progress.step else "")
        )

    def close(self) -> None:
        """Leaves the bar as it is and closes the event files."""
        self._bar.close()
        for log in self._logs.values():
            log.close()


class TrainingBar:
    """Shows how many sentences of a run are seen: a progress bar if `stream` is a terminal, else a line a report."""

    def __init__(self, epochs: int, sentences: int, seen: int, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._epochs = epochs
        self._sentences = sentences  # of all epochs
        self._seen = seen
        self._bar = progress_bar(
            sentences, "sentences", done=seen, stream=self._stream, transient=False, unit_scale=True
        )

    def advance(self, sentences: int) -> None:
        """Adds a step on a number of sentences."""
        self._seen += sentences
        self._bar.update(sentences)

    def report(self, step: int, epoch: float, scalars: dict[str, float]) -> None:
        """Shows loss and speed from a report's `scalars`, and in a log the learning rate and the time left."""
        loss = f"loss {scalars['loss']:.4f}"
        speed = f"{scalars['characters_per_second']:,.0f} characters/s"
        if not self._bar.disable:
            self._bar.set_description_str(f"step {step:,}")
            self._bar.set_postfix_str(f"{loss}, {speed}")
            return
        sentences_per_second = scalars["sentences_per_second"]
        left = (self._sentences - self._seen) / sentences_per_second
        self.note(
            f"step {step:,}  epoch {epoch:.2f}/{self._epochs}  {loss}  "
            f"learning rate {scalars['learning_rate']:.2e}  {sentences_per_second:,.0f} sentences/s, {speed}  "
            f"{format_duration(left)} left"
        )

    def note(self, text: str) -> None:
        """Prints a line of its own."""
        self._bar.write(text, file=self._stream)
        self._stream.flush()

    def close(self) -> None:
        """Leaves the bar as it is."""
        self._bar.close()
