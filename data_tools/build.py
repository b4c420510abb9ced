"""Builds TFRecord shards and `dataset.json` from annotated files.

    python -m data_tools.build --train=train.txt --validation=dev.txt --test=test.txt --output_dir=records

Columns as in the CoNLL shared tasks, CoNLL-U, JSON, CSV, Parquet, WebAnno TSV and folders of brat are distinguished by
looking, and what was found is printed with sentences as they were read. `--plain_text` reads text without annotation.
"""

import signal
import sys
import time
from dataclasses import dataclass, field
from types import FrameType

from data_tools.building.hash_split import HashSplitOptions
from data_tools.building.maps.job_array import STAGES, Job, run_job
from data_tools.building.options import RUNNERS, BuildOptions, RecordOptions
from data_tools.building.records import Built, build_records
from data_tools.building.report import describe
from data_tools.readers.read_options import ReadOptions
from ner.cli import run_program
from ner.errors import InputError
from ner.settings import check_settings, path_list, setting, values_of
from ner.text.labels import Labels

_FILES = (
    "Annotated files of the {split} split: names, globs and folders of brat, with commas between them; may be given "
    "several times."
)


@dataclass(frozen=True, kw_only=True)
class Flags:
    """What is built, from which files and how."""

    train: tuple[str, ...] = setting((), _FILES.format(split="training"), group="files")
    validation: tuple[str, ...] = setting((), _FILES.format(split="validation"), group="files")
    test: tuple[str, ...] = setting((), _FILES.format(split="test"), group="files")
    output_dir: str = setting("", "Folder that is written; it appears when it is complete.", group="files", path=True)
    overwrite: bool = setting(False, "Replace the records in --output_dir.", group="files")

    read: ReadOptions = field(default_factory=ReadOptions)
    hash_split: HashSplitOptions = field(default_factory=HashSplitOptions)

    records: RecordOptions = field(default_factory=RecordOptions)
    labels: tuple[str, ...] = setting(
        (),
        "All labels in the order of their ids, O first, with commas between them. Default: those of the training "
        "split.",
        group="examples",
    )
    compression: str = setting("NONE", "Compression of the shards.", choices=("NONE", "GZIP"), group="shards")

    workers: int | None = setting(
        None, "Processes that read and write. Default: one for each core, if there is enough work.", low=1, group="jobs"
    )
    runner: str = setting(
        BuildOptions.runner,
        "Processes on this machine, or Apache Beam; flags of Beam go after --.",
        choices=RUNNERS,
        group="jobs",
    )
    stage: str | None = setting(
        None,
        "Stage of a build by an array of jobs: scan (every job), write (every job), merge (once).",
        choices=STAGES,
        group="jobs",
    )
    job_index: int = setting(0, "Index of this job in the array, from 0.", group="jobs")
    num_jobs: int | None = setting(None, "Number of jobs in the array, the same in all of them.", low=1, group="jobs")

    def __post_init__(self) -> None:
        check_settings(self)
        if (self.stage is None) != (self.num_jobs is None):
            raise InputError("--stage and --num_jobs belong together: give both, or neither")
        if self.job_index and self.stage is None:
            raise InputError(f"--job_index={self.job_index} is for --stage and --num_jobs: give all, or none")


def options_from_flags(given: Flags, arguments: list[str]) -> BuildOptions:
    """What the command line asks for. Raises `InputError` where that cannot be meant."""
    if arguments and given.runner != "beam":
        raise InputError(f"unexpected argument {arguments[0]!r}: flags are given as --name=value (see --help)")
    return BuildOptions(
        sources={
            "train": path_list(given.train),
            "validation": path_list(given.validation),
            "test": path_list(given.test),
        },
        output_dir=given.output_dir,
        overwrite=given.overwrite,
        read=given.read,
        hash_split=given.hash_split,
        **values_of(given.records),
        labels=_labels(tuple(name for text in given.labels for name in text.split(",") if name)),
        compression="" if given.compression == "NONE" else given.compression,
        workers=given.workers,
        runner=given.runner,
        beam_options=tuple(arguments),
    )


def _labels(names: tuple[str, ...]) -> Labels | None:
    try:
        return Labels(names) if names else None
    except InputError as error:
        raise InputError(f"--labels={','.join(names)}: {error}") from None


def main(given: Flags, arguments: list[str]) -> None:
    """Builds the records, or does one job's part of it, and prints what they hold."""
    # A batch system stops a job with SIGTERM: unwinding the stack clears the unfinished folder away.
    signal.signal(signal.SIGTERM, _exit)
    options = options_from_flags(given, arguments)
    started = time.monotonic()
    built: Built | None
    if given.stage and given.num_jobs:
        built = run_job(options, Job(stage=given.stage, index=given.job_index, num_jobs=given.num_jobs))
    else:
        built = build_records(options)
    if built:
        print(describe(built, options, time.monotonic() - started))
    else:
        print(f"--stage={given.stage}: job {given.job_index} of {given.num_jobs} has done its part")


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def cli() -> None:
    """The console script."""
    run_program(main, Flags, arguments="-- flags of Beam")


if __name__ == "__main__":
    cli()
