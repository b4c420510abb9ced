"""Reports on a trained tagger: `python -m ner.evaluate --workdir=DIR --records=DIR [--split=test]`.

With `--data=FILE` in place of `--records`, on annotated files that were not in the build. Writes `reports/SPLIT.html`,
`.txt`, `.json`, `.conll`, `-errors.csv`, `-strings.csv` and figures into the work folder, scores to TensorBoard, and
prints the text. The first time, confidences are calibrated on the validation split of the records, for tagging too.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from data_tools.building.one_split import build_split
from data_tools.readers.formats import expand_sources
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.record_shards import is_records
from ner.cli import load_tensorflow, run_program
from ner.data import dataset as records_dataset
from ner.data.dataset import Dataset
from ner.errors import InputError
from ner.evaluation.reports.prediction_formats import FORMATS
from ner.file_names import utf8_name
from ner.files import is_remote
from ner.inference.ensemble_options import EnsembleOptions
from ner.inference.report_names import name_of_files
from ner.run_dir.workdir import WorkDir
from ner.settings import check_settings, path_list, setting
from ner.text.decoding import METHODS


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is evaluated."""

    workdir: str = setting(
        "",
        "Folder that ner.train wrote.",
        missing="name the folder that ner.train wrote",
        group="model",
        path=True,
    )
    decoding: str = setting(
        METHODS[0],
        "How words get labels: by the best sequence, or each by a vote of its characters, which ignores tuned biases.",
        choices=METHODS,
        group="model",
    )
    batch_size: int = setting(128, "Sentences per batch.", low=1, group="model")

    records: str = setting("", "Folder that data_tools.build wrote.", path=True)
    split: str = setting("test", "Split to evaluate.")
    data: str = setting(
        "",
        "Annotated files of any format that can be built, or a folder of other records (its --split), to evaluate in "
        "place of --records: names and globs, with commas between them. They get the spaces that the model was trained "
        "with: one between all tokens, or those of running text. Their report has the name of the first, with a "
        "number where that is the name of a report on others.",
    )
    prediction_formats: str = setting(
        "conll",
        "Formats in which sentences are written with gold and predicted entities, with commas between them: conll, "
        "jsonl, brat. Each can be corrected and built again: copy it first, the next evaluation writes it anew.",
    )
    ensemble: EnsembleOptions = field(default_factory=EnsembleOptions)
    read: ReadOptions = field(default_factory=ReadOptions)

    def __post_init__(self) -> None:
        check_settings(self)
        if not self.records and not self.data:
            raise InputError("--records is missing: name the folder that data_tools.build wrote, or files with --data")
        if self.records and self.data:
            raise InputError("--records and --data are two ways to say what is evaluated: leave one out")
        for name in self.formats:
            if name not in FORMATS:
                raise InputError(f"--prediction_formats names {name!r}, expected some of {', '.join(FORMATS)}")

    @property
    def formats(self) -> tuple[str, ...]:
        """`prediction_formats` one by one."""
        return tuple(self.prediction_formats.split(","))


def main(options: Options) -> None:
    """Checks flags, records and work folder before TensorFlow is imported, then evaluates."""
    works = [WorkDir(path) for path in (options.workdir, *options.ensemble.folders)]
    work = works[0]
    for one in works:
        one.check_trained()
    if not options.data:
        dataset = records_dataset.load(options.records)
        remedy = f"build them in one go with the training data, or give them as --data={options.records}"
        work.check_same_encoding(dataset, f"the records in {options.records}", remedy)
        records_dataset.check_sizes(dataset, options.records, (options.split,))
        if dataset.spacing != (trained := work.dataset().spacing):
            print(
                f"note: {options.records} has {dataset.spacing}, and the model was trained with {trained}: "
                f"--data={options.records} in place of --records evaluates with these spaces",
                file=sys.stderr,
            )
        _evaluate(options, works, dataset, options.records, options.split)
        return
    sources, named = _sources(path_list([options.data]), options.split)
    of_files = [path if is_remote(path) else utf8_name(str(Path(path).absolute())) for path in named]
    with tempfile.TemporaryDirectory() as folder:
        split = name_of_files(work, of_files, of_ensemble=len(works) > 1)
        dataset, skipped = build_split(split, sources, folder, work.dataset(), options.read)
        if skipped:
            print(f"skipped in {split}: {skipped}")
        _evaluate(options, works, dataset, folder, split, of_files)


def _sources(given: Sequence[str], split: str) -> tuple[list[str], list[str]]:
    """The files that are read for what `--data` names, and the names that their report is known by.

    Of a folder of records these are the shards of the split, and `FOLDER/FOLDER-SPLIT`.
    """
    sources: list[str] = []
    names: list[str] = []
    for path in given:
        if is_records(path):
            sources += records_dataset.load(path).shard_paths(path, split)
            names.append(f"{path.rstrip('/')}/{Path(path).absolute().name}-{split}")
        else:
            sources.append(path)
            names += expand_sources([path])
    return sources, names


def _evaluate(
    options: Options, works: list[WorkDir], dataset: Dataset, records: str, split: str, of_files: Sequence[str] = ()
) -> None:
    if "brat" in options.formats and dataset.split(split).not_annotated:
        raise InputError(f"{split}: brat cannot say which tokens are unannotated; give --prediction_formats=jsonl")
    load_tensorflow()
    from ner.devices import unused_gpu_warnings, use_devices
    from ner.inference import split_evaluation

    for warning in unused_gpu_warnings(os.environ):
        print(warning, file=sys.stderr)
    use_devices()
    split_evaluation.evaluate(
        works[0],
        dataset,
        records,
        split,
        batch_size=options.batch_size,
        decoding=options.decoding,
        ensemble=works[1:],
        prediction_formats=options.formats,
        of_files=of_files,
    )
    print(f"next: python -m ner.board --logdir={quote(works[0].path)}")


def cli() -> None:
    """Entry point of the console script `ner-evaluate`."""
    run_program(main, Options)


if __name__ == "__main__":
    cli()
