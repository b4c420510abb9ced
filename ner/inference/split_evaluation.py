"""Evaluates a trained tagger on a split, and writes the report."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from ner import files
from ner.console import progress_bar
from ner.data.dataset import Dataset
from ner.evaluation.analysis import entity_strings
from ner.evaluation.evaluation import Evaluation
from ner.evaluation.evaluator import Evaluator
from ner.evaluation.metrics.mentions import TrainingMentions
from ner.evaluation.predictions import Predictions
from ner.evaluation.process_group import ProcessGroup
from ner.evaluation.reports import report as reports
from ner.evaluation.reports.html_report import html_page
from ner.evaluation.reports.prediction_files import PredictionFiles
from ner.inference.annotator import Annotator
from ner.inference.models.keras_model import character_model, load_ensemble
from ner.inference.raw_text import RawTextScorer
from ner.inference.report_names import with_ensemble
from ner.model.tagger import Tagger
from ner.run_dir import checkpoints, event_files
from ner.run_dir.several_models import fingerprints
from ner.run_dir.workdir import WorkDir, evaluation_run
from ner.tensorboard.writer import make_writer, write_evaluation


def evaluate(  # noqa: PLR0913 - the parts of a report
    work: WorkDir,
    dataset: Dataset,
    records: str,
    split: str,
    *,
    batch_size: int,
    decoding: str,
    processes: ProcessGroup | None = None,
    with_raw_text: bool = True,
    ensemble: Sequence[WorkDir] = (),
    prediction_formats: Sequence[str] = ("conll",),
    of_files: Sequence[str] = (),
    on_batch: Callable[[int], object] = lambda sentences: None,
) -> None:
    """Writes and prints the report of a run's best tagger on `split`: files, figures and TensorBoard summaries.

    With an `ensemble` it is of that tagger together with the best ones of these runs, and its name `SPLIT-ensemble`.
    `of_files` are the absolute paths of what `split` was made of, where that is no split of the run's own records.
    The work is divided among `processes`, and the first one writes; `with_raw_text` it alone also scores the sentences
    as raw text. `on_batch` is called as by `Evaluator.evaluate`; if it raises an error, nothing is written.
    """
    tagger, step = load_ensemble([work, *ensemble])
    name = with_ensemble(split) if ensemble else split
    evaluator = Evaluator(
        tagger,
        dataset,
        records,
        batch_size=batch_size,
        decoding=decoding,
        kept_sentences=None,
        mentions=lambda: TrainingMentions.of_run(work, dataset, records),
        processes=processes,
    )
    if processes is None and not ensemble and _has_validation(dataset):
        calibrate(work, dataset, evaluator, tagger, step)
    sentences = dataset.split(split).sentences
    predictions = PredictionFiles(dataset.labels, dataset.split(split).sources, prediction_formats)
    raw_text = RawTextScorer(dataset.labels, dataset.spacing)

    def collect(batch: Predictions) -> None:
        predictions.add(batch)
        if with_raw_text:
            raw_text.add(batch)

    with progress_bar(sentences, "sentences") as bar:

        def advance(added: int) -> None:
            bar.update(added)
            on_batch(added)

        evaluation = evaluator.evaluate(split, step, advance, collect)
    if evaluation is None:
        return
    members = fingerprints([work, *ensemble])
    report = replace(evaluation.report, split=name, files=tuple(of_files), members=members, decoding=decoding)
    evaluation = replace(evaluation, report=report)
    if with_raw_text:
        trained = work.dataset()
        annotator = Annotator(character_model(tagger, trained.spacing, trained.lone_marks), decoding)
        scored = replace(evaluation.report, raw_text=raw_text.score(annotator, batch_size))
        evaluation = replace(evaluation, report=scored)
    write_report(evaluation, predictions, work.reports, work.logs)


def write_report(evaluation: Evaluation, predictions: PredictionFiles, folder: str, logs: str) -> None:
    """Writes and prints a report: its files into `folder`, and TensorBoard summaries below `logs`.

    They take the place of an earlier evaluation of the same step.
    """
    name = evaluation.report.split
    reports.write(evaluation.report, folder)
    written = predictions.write(folder, name)
    page = files.join(folder, f"{name}.html")
    for path, content in (
        (files.join(folder, f"{name}-strings.csv"), entity_strings.to_csv(evaluation.strings)),
        (page, html_page(evaluation)),
    ):
        files.write_atomically(path, content.encode("utf-8", "replace"))
    event_files.remove_step(files.join(logs, evaluation_run(name)), evaluation.report.step)
    writer = make_writer(logs, evaluation_run(name))
    write_evaluation(writer, evaluation)
    writer.close()
    print(evaluation.report.to_text())
    others = f"{name}.json", f"{name}.txt", f"{name}-strings.csv"
    print(f"written into {folder}: {', '.join([*others, *written])} and figures")
    print(f"likely annotation errors, to check: {name}-suspects")
    print(f"open in a browser: {page}")


def _validation_fingerprint(dataset: Dataset) -> str:
    return dataset.split("validation").fingerprint if _has_validation(dataset) else "none"


def _has_validation(dataset: Dataset) -> bool:
    return "validation" in dataset.splits and dataset.split("validation").sentences > 0


def calibrate(work: WorkDir, dataset: Dataset, evaluator: Evaluator, tagger: Tagger, step: int) -> None:
    """Calibrates a tagger's confidences on the validation split of `dataset`.

    Does nothing if these weights were calibrated before, on this split or on that of the records they were trained on,
    with the weight that other sentences of a document have.
    """
    own, given = (_validation_fingerprint(one) for one in (work.dataset(), dataset))
    before = work.calibration(step)
    weight = tagger.document_weight
    if before and before.sentences in ("", own, given) and before.document_weight == weight:
        return
    tagger.temperature = 1.0
    fitted = evaluator.calibrate("validation", step)
    found = replace(fitted, weights=checkpoints.fingerprint(work.best), sentences=given)
    found.write(work.path)
    tagger.temperature = found.temperature
    print(f"confidences calibrated on validation: temperature {found.temperature:.2f}, for tagging and exports too")
