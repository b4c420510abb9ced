"""The training split as it is predicted by models that did not see it: one for each fold that one of them left out.

What such a model contradicts with confidence is likely an annotation error, because it has not learnt the annotation
(Northcutt et al. 2021, https://arxiv.org/abs/1911.00068).
"""

import time
from collections.abc import Sequence
from dataclasses import replace

from ner import files
from ner.console import progress_bar
from ner.data.dataset import Dataset
from ner.data.subset import Subset
from ner.errors import InputError
from ner.evaluation.evaluation import EvaluationCollector
from ner.evaluation.evaluator import Evaluator
from ner.evaluation.predictions import Predictions
from ner.evaluation.reports.prediction_files import PredictionFiles
from ner.inference.split_evaluation import write_report
from ner.run_dir.trained_tagger import load_tagger
from ner.run_dir.workdir import WorkDir

NAME = "train-out-of-fold"


def evaluate_out_of_fold(works: Sequence[WorkDir], dataset: Dataset, records: str, folder: str) -> None:
    """Writes and prints a report on the training split into `folder/reports`, and its summaries below `folder`.

    Each sentence is predicted by the best tagger of the run that left its fold out, with the run's batch size. Raises
    `InputError` unless `works` are the runs of all folds.
    """
    check_folds(works)
    split, start = dataset.split("train"), time.monotonic()
    predictions = PredictionFiles(dataset.labels, split.sources)
    collector = EvaluationCollector(dataset.labels, kept_sentences=None)
    with progress_bar(split.sentences, "sentences") as bar:
        for work in works:
            config = work.config().training
            fold = Subset.fold(split.sentences, config.fold, config.folds)

            def collect(batch: Predictions, fold: Subset = fold) -> None:
                in_split = replace(batch, position=fold.positions[batch.position])
                predictions.add(in_split)
                collector.add(in_split)

            tagger, step = load_tagger(work)
            evaluator = Evaluator(tagger, dataset, records, batch_size=config.batch_size, decoding="viterbi")
            evaluator.evaluate("train", step, bar.update, collect, fold)
    seconds = time.monotonic() - start
    evaluation = collector.evaluation(NAME, 0, seconds, split.fingerprint, split.sources)
    reports = files.join(folder, "reports")
    files.make_folders(reports)
    write_report(evaluation, predictions, reports, folder)


def check_folds(works: Sequence[WorkDir]) -> None:
    """Raises `InputError` unless each fold was left out by exactly one of the runs."""
    configs = [work.config().training for work in works]
    found = sorted((config.folds, config.fold) for config in configs)
    if not found or found != [(len(works), fold) for fold in range(len(works))]:
        listed = ", ".join(
            f"{work.path}: fold {one.fold} of {one.folds}" for work, one in zip(works, configs, strict=True)
        )
        raise InputError(f"expected one run for each fold that was left out, got {listed or 'none'}")
