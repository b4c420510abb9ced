"""What is done with a trained tagger: loading it from its work folder, and reporting on a split."""

import sys

from tqdm import tqdm

from ner.analysis import report as reports
from ner.analysis import summaries
from ner.analysis.evaluation import Evaluator
from ner.model.tagger import Tagger
from ner.records import files
from ner.records.dataset import Dataset
from ner.training import checkpoints
from ner.training.device import describe_device
from ner.training.workdir import WorkFolder


def load_tagger(work: WorkFolder) -> tuple[Tagger, int]:
    """The best tagger of a run, and the step it is from. Raises `InputError` where there is none yet."""
    checkpoint = checkpoints.load(files.join(work.checkpoints, checkpoints.BEST))
    config, dataset = work.config(), work.dataset()
    tagger = Tagger(config.model, len(dataset.vocabulary), len(dataset.labels), precision=config.training.precision)
    tagger.set_weights_by_name(checkpoint.arrays)
    return tagger, checkpoint.state["step"]


def evaluate(work: WorkFolder, dataset: Dataset, records: str, split: str, *, batch_size: int, decoding: str) -> None:
    """Writes and prints the report of a run's best tagger on `split`: files, figures and TensorBoard summaries."""
    describe_device()
    tagger, step = load_tagger(work)
    evaluator = Evaluator(tagger, dataset, records, batch_size=batch_size, decoding=decoding)
    sentences = dataset.split(split).sentences
    with tqdm(total=sentences, unit="sentence", disable=not sys.stderr.isatty(), leave=False) as bar:
        report = evaluator.evaluate(split, step, bar.update)
    reports.write(report, work.reports)
    writer = summaries.writer(work.logs, split)
    summaries.write_report(writer, report)
    writer.close()
    print(report.to_text())
    print(f"written: {files.join(work.reports, split)}.json, .txt and figures; tensorboard --logdir {work.logs}")
