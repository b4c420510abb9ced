"""Validations of a run, and the weights that scored best in one."""

from collections.abc import Callable

from ner import files
from ner.config import TrainingConfig
from ner.data.dataset import Dataset
from ner.evaluation import metric_names
from ner.evaluation.evaluator import Evaluator
from ner.run_dir import checkpoints
from ner.run_dir.checkpoints import Checkpoint
from ner.run_dir.workdir import WorkDir
from ner.signals import StopRequests
from ner.tensorboard import hparams, projector
from ner.training.distributed.workers import Workers
from ner.training.failures import explain_out_of_memory
from ner.training.reporter import NullReporter
from ner.training.step import TrainingStep
from ner.training.train_state import TrainState


class Validation:
    """Judges a run's weights (their averages, where there are any) on the validation split, by all `workers`."""

    def __init__(
        self,
        config: TrainingConfig,
        dataset: Dataset,
        records: str,
        work: WorkDir,
        step: TrainingStep,
        workers: Workers,
    ) -> None:
        self._metric = config.best_metric
        self._vocabulary = dataset.vocabulary
        self._work = work
        self._step = step
        self._workers = workers
        self._evaluator = Evaluator(
            step.tagger, dataset, records, batch_size=config.batch_size, decoding="viterbi", processes=workers
        )

    def make(self, position: TrainState, stop: StopRequests, journal: NullReporter) -> bool:
        """Takes an evaluation at `position` in, and tells `journal`; False where `stop` came first, of any worker.

        The weights are saved as the best ones if they are.
        """
        workers = self._workers
        with self._step.eval_weights():
            try:
                with explain_out_of_memory(position.step):
                    evaluation = self._evaluator.evaluate("validation", position.step, _heed(stop, workers))
            except _LeavingError:
                return False
            scores = workers.broadcast(metric_names.scalars_of(evaluation.report.scores) if evaluation else None)
            score = scores[self._metric]
            if position.best_score is None or score > position.best_score:
                best = {tag: scores[tag] for tag in hparams.BEST_SCORES}
                position.best_step, position.best_score, position.best_scores = position.step, score, best
                if workers.is_chief:
                    self.save_best(position.step)
        position.validated_step = position.step
        position.validations_without_gain = (
            0 if position.best_step == position.step else position.validations_without_gain + 1
        )
        if evaluation:
            journal.validation(position, evaluation)
        return True

    def save_best(self, step: int) -> None:
        """Keeps the weights of now as the best ones."""
        tagger = self._step.tagger
        checkpoints.save(self._work.best, Checkpoint(tagger.weights_by_name(), {"step": step}))
        vectors = tagger.embedding.embeddings.numpy()
        projector.write(files.join(self._work.logs, "train"), vectors, self._vocabulary)


class _LeavingError(Exception):
    """The run was told to stop in the middle of a validation, which it will make again."""


def _heed(stop: StopRequests, workers: Workers) -> Callable[[int], None]:
    def raise_if_told(sentences: int) -> None:
        if workers.any(stop.exit_code is not None):
            raise _LeavingError

    return raise_if_told
