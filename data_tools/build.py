"""Builds TFRecord shards and `dataset.json` from column files.

    python -m data_tools.build --train=train.txt --validation=dev.txt --test=test.txt --output_dir=records

The files hold a token and its tag in each line and a blank line after each sentence, as in the CoNLL shared tasks.
"""

import signal
import sys
import time
from types import FrameType

from absl import flags

from data_tools.building.job_array import STAGES, Job, run_job
from data_tools.building.options import DOCSTART, LONG_SENTENCES, RUNNERS, BuildOptions
from data_tools.building.records import Built, build_records
from data_tools.building.report import describe
from ner.cli import run_program
from ner.data.dataset import SPLITS
from ner.errors import InputError
from ner.text.labels import Labels
from ner.text.sentence import SPACE_LABELS

_FILES = {
    split: flags.DEFINE_multi_string(
        split, [], f"Column files of the {split} split: names and globs, with commas between them or in several flags."
    )
    for split in SPLITS
}
_OUTPUT_DIR = flags.DEFINE_string("output_dir", "", "Folder that is written; it appears when it is complete.")
_OVERWRITE = flags.DEFINE_bool("overwrite", False, "Replace the records that --output_dir holds.")
_TOKEN_COLUMN = flags.DEFINE_integer(
    "token_column",
    None,
    "Column of the tokens, from 0, or from -1 at the end of the row. Found by looking if not given.",
)
_TAG_COLUMN = flags.DEFINE_integer("tag_column", None, "Column of the tags, counted like --token_column.")
_DOCSTART = flags.DEFINE_enum(
    "docstart", BuildOptions.docstart, DOCSTART, "Whether a -DOCSTART- line is dropped or becomes a sentence."
)
_SPACE_LABEL = flags.DEFINE_enum(
    "space_label", BuildOptions.space_label, SPACE_LABELS, "Label of a space inside an entity: the entity's, or O."
)
_LABELS = flags.DEFINE_list("labels", None, "All labels in the order of their ids, O first. Default: those of train.")
_MAX_CHARACTERS = flags.DEFINE_integer(
    "max_characters", BuildOptions.max_characters, "Length of the longest sentence that is accepted.", lower_bound=1
)
_LONG_SENTENCES = flags.DEFINE_enum(
    "long_sentences", BuildOptions.long_sentences, LONG_SENTENCES, "What a longer one is: an error, or left out."
)
_SHARDS = flags.DEFINE_integer(
    "shards", None, "Shards of each split. Default: 16, or fewer with at least 100 sentences each.", lower_bound=1
)
_COMPRESSION = flags.DEFINE_enum("compression", "NONE", ("NONE", "GZIP"), "Compression of the shards.")
_WORKERS = flags.DEFINE_integer(
    "workers", None, "Processes that read and write. Default: as many as cores and work for them.", lower_bound=1
)
_RUNNER = flags.DEFINE_enum(
    "runner", BuildOptions.runner, RUNNERS, "Processes of this machine, or Apache Beam; its options stand after `--`."
)
_STAGE = flags.DEFINE_enum(
    "stage", None, STAGES, "Part of a build by an array of jobs: scan (every job), write (every job), merge (once)."
)
_JOB_INDEX = flags.DEFINE_integer("job_index", 0, "Number of this job of the array, from 0.")
_NUM_JOBS = flags.DEFINE_integer("num_jobs", None, "Jobs of the array, the same in all of them.", lower_bound=1)


def options_from_flags(arguments: list[str]) -> BuildOptions:
    """What the command line asks for. Raises `InputError` where that cannot be meant."""
    if arguments and _RUNNER.value != "beam":
        raise InputError(f"unexpected argument {arguments[0]!r}: options are given as --name=value (see --help)")
    if (_STAGE.value is None) != (_NUM_JOBS.value is None):
        raise InputError("--stage and --num_jobs belong together: give both, or neither")
    return BuildOptions(
        sources={
            split: tuple(name for value in flag.value for name in value.split(",") if name)
            for split, flag in _FILES.items()
        },
        output_dir=_OUTPUT_DIR.value,
        overwrite=_OVERWRITE.value,
        token_column=_TOKEN_COLUMN.value,
        tag_column=_TAG_COLUMN.value,
        docstart=_DOCSTART.value,
        space_label=_SPACE_LABEL.value,
        labels=Labels(tuple(_LABELS.value)) if _LABELS.value else None,
        max_characters=_MAX_CHARACTERS.value,
        long_sentences=_LONG_SENTENCES.value,
        shards=_SHARDS.value,
        compression="" if _COMPRESSION.value == "NONE" else _COMPRESSION.value,
        workers=_WORKERS.value,
        runner=_RUNNER.value,
        beam_options=tuple(arguments),
    )


def main(arguments: list[str]) -> None:
    """Builds the records, or does one job's part of it, and prints what they hold."""
    # A batch system stops a job with SIGTERM: unwinding the stack clears the unfinished folder away.
    signal.signal(signal.SIGTERM, _exit)
    options = options_from_flags(arguments)
    started = time.monotonic()
    built: Built | None
    if _STAGE.value:
        built = run_job(options, Job(stage=_STAGE.value, index=_JOB_INDEX.value, num_jobs=_NUM_JOBS.value))
    else:
        built = build_records(options)
    if built:
        print(describe(built, options, time.monotonic() - started))
    else:
        print(f"--stage={_STAGE.value}: job {_JOB_INDEX.value} of {_NUM_JOBS.value} has done its part")


def _exit(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def cli() -> None:
    """The console script."""
    run_program(main, arguments=True)


if __name__ == "__main__":
    cli()
