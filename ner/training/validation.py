"""Validations of a run, and the weights that scored best in one."""

from contextlib import suppress
from functools import partial

from ner import files
from ner.data.subset import Subset
from ner.evaluation.evaluator import Evaluator
from ner.evaluation.incremental_decoding import DecodingParameters
from ner.evaluation.metrics import metric_names
from ner.evaluation.metrics.mentions import TrainingMentions
from ner.run_dir import checkpoints
from ner.run_dir.checkpoints import Checkpoint
from ner.run_dir.workdir import WorkDir
from ner.signals import StopRequests
from ner.tensorboard import hparams, projector
from ner.training.distributed.stop_consensus import StoppedError, raise_on_stop
from ner.training.distributed.workers import Workers
from ner.training.failures import explain_out_of_memory
from ner.training.reporter import NullReporter
from ner.training.step import TrainingStep
from ner.training.train_state import Progress
from ner.training.training_data import TrainingData
from ner.training_config import TrainingConfig


class Validation:
    """Scores a run's weights (their averages, where there are any) on the validation split, with all `workers`.

    With `train_sample`, a random sample of the training split is scored too: the gap between both is overfitting.
    """

    def __init__(
        self, config: TrainingConfig, data: TrainingData, step: TrainingStep, work: WorkDir, workers: Workers
    ) -> None:
        self.has_split = "validation" in data.dataset.splits
        self._metric = config.best_metric
        self._vocabulary = data.dataset.vocabulary
        self._work = work
        self._step = step
        self._workers = workers
        total, size = data.dataset.split("train").sentences, config.train_sample
        self._sample = Subset.sample(total, size, within=data.plan.subset) if size else None
        self._tunes_biases, self._tunes_weight = config.tune_type_biases, config.tune_document_weight
        self._evaluator = Evaluator(
            step.tagger,
            data.dataset,
            data.records,
            batch_size=config.batch_size,
            decoding="viterbi",
            kept_sentences=config.kept_sentences,
            mentions=lambda: TrainingMentions.of_run(work, data.dataset, data.records),
            processes=workers,
        )

    def run(self, progress: Progress, stop: StopRequests, reporter: NullReporter) -> bool:
        """Validates the current weights and stores the scores in `progress`; False where any worker was stopped first.

        The weights are saved if none before scored better. Early stopping counts an equal score as no improvement.
        """
        workers = self._workers
        on_batch = raise_on_stop(stop, workers)
        with self._step.eval_weights(), self._evaluator.same_weights():
            try:
                with explain_out_of_memory(progress.step):
                    self._tune(stop)
                    evaluation = self._evaluator.evaluate("validation", progress.step, on_batch)
                    sample = self._sample and self._evaluator.evaluate(
                        "train", progress.step, on_batch, subset=self._sample
                    )
            except StoppedError:
                return False
            scores = workers.broadcast(evaluation.report.scores.scalars() if evaluation else None)
            score = scores[self._metric]
            best_score = progress.best_score
            improved = best_score is None or metric_names.is_better(self._metric, score, best_score)
            if improved or score == best_score:  # of equal scores, the weights that were trained longer
                best = {tag: scores[tag] for tag in hparams.BEST_SCORES}
                progress.best_step, progress.best_score, progress.best_scores = progress.step, score, best
                if workers.is_chief:
                    self.save_best(progress.step)
        progress.validated_step = progress.step
        progress.validations_without_gain = 0 if improved else progress.validations_without_gain + 1
        if evaluation:
            reporter.validation(progress, evaluation, sample or None)
            tagger = self._step.tagger
            types = tagger.labels.types
            if self._tunes_biases:
                shown = ", ".join(f"{name} {bias:+g}" for name, bias in zip(types, tagger.type_biases, strict=True))
                reporter.note(f"  decoded with biases {shown}")
            if self._tunes_weight:
                reporter.note(f"  decoded with weight {tagger.document_weight:g} of a document's other sentences")
        return True

    def _tune(self, stop: StopRequests) -> None:
        """Sets the parameters of decoding that the run tunes to what gives these weights the highest entity F1.

        Raises `StoppedError` on all workers where the chief, which searches them alone, was asked to stop.
        """
        tagger = self._step.tagger
        tagger.type_biases, tagger.document_weight = (0.0,) * len(tagger.labels.types), 0.0
        tunes = {"tune_biases": self._tunes_biases, "tune_weight": self._tunes_weight}
        if not any(tunes.values()):
            return
        found = None
        if self._workers.is_chief:
            with suppress(StoppedError):
                found = self._evaluator.best_decoding("validation", **tunes, on_step=partial(_raise_if_asked, stop))
        decoding = self._workers.broadcast(found)
        if decoding is None:
            raise StoppedError
        biases, tagger.document_weight = decoding
        tagger.type_biases = tuple(biases)

    def save_best(self, step: int) -> None:
        """Saves the current weights as the best ones, and writes their character embedding for the projector."""
        tagger = self._step.tagger
        decoding = DecodingParameters(tagger.type_biases, tagger.document_weight)
        checkpoints.save(self._work.best, Checkpoint(tagger.weights_by_name(), {"step": step, **decoding._asdict()}))
        vectors = tagger.networks[0].encoder.embedding.embeddings.numpy()
        projector.write(files.join(self._work.logs, "train"), vectors, self._vocabulary)


def _raise_if_asked(stop: StopRequests) -> None:
    if stop.exit_code is not None:
        raise StoppedError
