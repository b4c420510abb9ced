"""Reports on a trained tagger: `python -m ner.evaluate --workdir=DIR --records=DIR [--split=test]`.

Writes `reports/SPLIT.json`, `.txt`, `.conll`, `-errors.csv` and figures into the work folder, scores to TensorBoard,
and prints the text.
"""

import os
import sys
from dataclasses import dataclass

from ner.cli import load_tensorflow, run_program
from ner.data import dataset as records_dataset
from ner.run_dir.workdir import WorkDir
from ner.settings import check_settings, setting
from ner.text.decoding import METHODS


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is evaluated."""

    workdir: str = setting("", "Folder that ner.train wrote.", missing="name the folder that ner.train wrote")
    records: str = setting(
        "", "Folder that data_tools.build wrote.", missing="name the folder that data_tools.build wrote"
    )
    ensemble: str = setting(
        "",
        "Further work folders, comma-separated: their models predict together with that of --workdir (the mean of "
        "their log-probabilities).",
    )
    split: str = setting("test", "Split to evaluate.")
    decoding: str = setting(METHODS[0], "How characters become words.", choices=METHODS)
    batch_size: int = setting(128, "Sentences per batch.", low=1)

    def __post_init__(self) -> None:
        check_settings(self)


def main(options: Options) -> None:
    """Checks flags, records and work folder before TensorFlow is imported, then evaluates."""
    work, records, split = WorkDir(options.workdir), options.records, options.split
    ensemble = [WorkDir(path) for path in options.ensemble.split(",") if path]
    for one in (work, *ensemble):
        one.check_trained()
    dataset = records_dataset.load(records)
    work.check_same_encoding(dataset, records)
    records_dataset.check_sizes(dataset, records, (split,))

    load_tensorflow()
    from ner.devices import unused_gpu_warnings
    from ner.inference import predict

    for warning in unused_gpu_warnings(os.environ):
        print(warning, file=sys.stderr)
    predict.evaluate(
        work,
        dataset,
        records,
        split,
        batch_size=options.batch_size,
        decoding=options.decoding,
        ensemble=ensemble,
    )


def cli() -> None:
    """Entry point of the console script `ner-evaluate`."""
    run_program(main, Options)


if __name__ == "__main__":
    cli()
