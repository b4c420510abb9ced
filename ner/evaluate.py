"""Reports on a trained tagger: `python -m ner.evaluate --workdir=DIR --records=DIR [--split=test]`.

With `--data=FILE` in place of `--records`, on annotated files that were not in the build. Writes `reports/SPLIT.html`,
`.txt`, `.json`, `.conll`, `-errors.csv`, `-strings.csv` and figures into the work folder, scores to TensorBoard, and
prints the text. The first time, confidences are calibrated on the validation split of the records, for tagging too.
"""

import os
import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from shlex import quote

from data_tools.building.one_split import build_split
from data_tools.readers.read_options import ReadOptions
from ner.cli import load_tensorflow, run_program
from ner.data import dataset as records_dataset
from ner.data.dataset import Dataset
from ner.errors import InputError
from ner.evaluation.prediction_formats import FORMATS
from ner.run_dir.workdir import WorkDir
from ner.settings import check_settings, path_list, setting
from ner.text.decoding import METHODS


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is evaluated."""

    workdir: str = setting(
        "", "Folder that ner.train wrote.", missing="name the folder that ner.train wrote", path=True
    )
    records: str = setting("", "Folder that data_tools.build wrote.", path=True)
    ensemble: str = setting(
        "",
        "Further work folders, comma-separated: their models predict together with that of --workdir (the mean of "
        "their log-probabilities).",
    )
    split: str = setting("test", "Split to evaluate.")
    data: str = setting(
        "",
        "Annotated files to evaluate in place of records: names and globs, with commas between them. Their report has "
        "the name of the first.",
    )
    prediction_formats: str = setting(
        "conll",
        "Formats in which sentences are written with gold and predicted entities, with commas between them: conll, "
        "jsonl, brat. Each can be corrected and built again.",
    )
    decoding: str = setting(METHODS[0], "How characters become words.", choices=METHODS)
    batch_size: int = setting(128, "Sentences per batch.", low=1)
    read: ReadOptions = field(default_factory=ReadOptions)

    def __post_init__(self) -> None:
        check_settings(self)
        if not self.records and not self.data:
            raise InputError("--records is missing: name the folder that data_tools.build wrote, or files with --data")
        if self.records and self.data:
            raise InputError("--records and --data are two ways to say what is evaluated: leave one out")
        for name in self.formats:
            if name not in FORMATS:
                raise InputError(f"--prediction_formats names {name!r}, wanted some of {', '.join(FORMATS)}")

    @property
    def formats(self) -> tuple[str, ...]:
        """`prediction_formats` one by one."""
        return tuple(self.prediction_formats.split(","))


def main(options: Options) -> None:
    """Checks flags, records and work folder before TensorFlow is imported, then evaluates."""
    work = WorkDir(options.workdir)
    ensemble = [WorkDir(path) for path in path_list([options.ensemble])]
    for one in (work, *ensemble):
        one.check_trained()
    if not options.data:
        dataset = records_dataset.load(options.records)
        work.check_same_encoding(dataset, options.records)
        records_dataset.check_sizes(dataset, options.records, (options.split,))
        _evaluate(options, work, ensemble, dataset, options.records, options.split)
        return
    sources = path_list([options.data])
    with tempfile.TemporaryDirectory() as folder:
        split = _name_of(sources[0])
        dataset = build_split(split, sources, folder, work.dataset(), options.read)
        _evaluate(options, work, ensemble, dataset, folder, split)


def _name_of(source: str) -> str:
    """`corpus/crowd.txt` -> `crowd`; one that the reports of a split have begins with `data-`."""
    stem = re.sub(r"[^\w.-]+", "-", Path(source).name.split(".")[0]) or "data"
    return f"data-{stem}" if stem in records_dataset.SPLITS else stem


def _evaluate(
    options: Options, work: WorkDir, ensemble: list[WorkDir], dataset: Dataset, records: str, split: str
) -> None:
    if "brat" in options.formats and dataset.split(split).not_annotated:
        raise InputError(f"{split}: brat cannot say which tokens nobody annotated; give --prediction_formats=jsonl")
    load_tensorflow()
    from ner.devices import unused_gpu_warnings, use_devices
    from ner.inference import predict

    for warning in unused_gpu_warnings(os.environ):
        print(warning, file=sys.stderr)
    use_devices()
    predict.evaluate(
        work,
        dataset,
        records,
        split,
        batch_size=options.batch_size,
        decoding=options.decoding,
        ensemble=ensemble,
        prediction_formats=options.formats,
    )
    print(f"next: python -m ner.board --logdir={quote(work.path)}")


def cli() -> None:
    """Entry point of the console script `ner-evaluate`."""
    run_program(main, Options)


if __name__ == "__main__":
    cli()
