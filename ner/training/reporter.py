"""What a run tells while it goes on: lines or a bar on standard output, and TensorBoard's curves."""

from ner.config import Config
from ner.evaluation.evaluator import Evaluation
from ner.run_dir.workdir import TRAINING_RUNS, WorkDir
from ner.tensorboard import hparams
from ner.tensorboard.writer import make_writer, recording, write_evaluation, write_scalars
from ner.training.progress import Progress
from ner.training.step import Totals
from ner.training.train_state import TrainState


class NullReporter:
    """The journal of a worker that is not the chief: it takes what is told, and tells nothing."""

    def advance(self, sentences: int) -> None:
        """So many sentences more are seen."""

    def note(self, text: str) -> None:
        """A line of its own."""

    def report(self, position: TrainState, epoch: float, totals: Totals, figures: dict[str, float]) -> None:
        """What was added up since the last report; `figures` are seconds, the share of them waited, learning rate."""

    def validation(self, position: TrainState, evaluation: Evaluation) -> None:
        """A validation, which `position` has taken in."""

    def close(self) -> None:
        """Nothing more comes from this start."""


class Reporter(NullReporter):
    """The chief's: `sentences` of all epochs are to be seen, and so many are `seen`."""

    def __init__(self, config: Config, work: WorkDir, sentences: int, seen: int, validates: bool) -> None:
        self._logs = {run: make_writer(work.logs, run) for run in TRAINING_RUNS[: 1 + validates]}
        with recording(self._logs["train"]):
            hparams.write(config, work.trial)
        self._progress = Progress(config.training.epochs, sentences, seen)

    def advance(self, sentences: int) -> None:
        """Moves the bar, where there is one."""
        self._progress.advance(sentences)

    def note(self, text: str) -> None:
        """Prints a line."""
        self._progress.note(text)

    def report(self, position: TrainState, epoch: float, totals: Totals, figures: dict[str, float]) -> None:
        """Prints and writes loss and speed."""
        seconds, rate = figures["seconds"], figures["learning_rate"]
        self._progress.report(position.step, epoch, totals, seconds, rate)
        values = {
            "loss": totals.loss / max(1, totals.characters),
            "gradient_norm": totals.gradient_norm / max(1, totals.updates),
            "learning_rate": rate,
            "sentences_per_second": totals.sentences / seconds,
            "characters_per_second": totals.characters / seconds,
            "non_padding_fraction": totals.characters / max(1, totals.places),
            "step_seconds": seconds / max(1, totals.updates),
            "input_wait_share": min(1.0, figures["waited_seconds"] / seconds),
        }
        write_scalars(self._logs["train"], position.step, values)

    def validation(self, position: TrainState, evaluation: Evaluation) -> None:
        """Prints and writes its scores, and those of the best one so far."""
        write_evaluation(self._logs["validation"], evaluation)
        best = hparams.best_scalars(position.best_step, position.best_scores)
        write_scalars(self._logs["train"], position.step, best)
        scores = evaluation.report.scores
        self._progress.note(
            f"validation at step {position.step:,}: entity F1 {scores.entities.micro.f1:.4f} (macro "
            f"{scores.entities.macro.f1:.4f}), word macro-F1 {scores.words.macro_f1:.4f}, character macro-F1 "
            f"{scores.characters.macro_f1:.4f}, {evaluation.report.seconds:.1f} s"
            + ("  best so far" if position.best_step == position.step else "")
        )

    def close(self) -> None:
        """Leaves the bar as it stands."""
        self._progress.close()
        for log in self._logs.values():
            log.close()
