"""Finds entities in text: `python -m ner.tag --workdir=DIR [FILE ...]`.

Reads the files, or standard input where none is named (or `-`): one sentence a line, tokens found by a simple rule.
Writes one JSON line for each, or columns `token<TAB>tag`, or text with the entities coloured. Answers come as the input
does: on a terminal, line by line. Columns are those of the training data, or found by looking at the first sentence;
comments and -DOCSTART- lines are skipped.
"""

import os
import sys
from dataclasses import dataclass

from data_tools.readers.untagged import UntaggedReader
from ner.cli import load_tensorflow, run_program
from ner.inference import input_text, rendering
from ner.inference.pipeline import Tagger
from ner.inference.tagging import write_tagged
from ner.run_dir.workdir import WorkDir
from ner.settings import check_settings, setting
from ner.text.decoding import METHODS


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is read and written."""

    workdir: str = setting("", "Folder that ner.train wrote.", missing="name the folder that ner.train wrote")
    ensemble: str = setting(
        "",
        "Further work folders, comma-separated: their models predict together with that of --workdir (the mean of "
        "their log-probabilities).",
    )
    input: str = setting(
        "text",
        "text: a sentence on each line; columns: a token on each line, as in CoNLL and CoNLL-U files.",
        choices=("text", "columns"),
    )
    output: str | None = setting(
        None, "Output format. Default: colour on a terminal, json elsewhere.", choices=rendering.OUTPUTS
    )
    decoding: str = setting(METHODS[0], "How characters become words.", choices=METHODS)
    batch_size: int = setting(128, "Sentences per batch.", low=1)

    def __post_init__(self) -> None:
        check_settings(self)


def main(options: Options, arguments: list[str]) -> None:
    """Checks flags, files and work folder before TensorFlow is imported, then tags."""
    paths = arguments or [input_text.STANDARD_INPUT]
    work = WorkDir(options.workdir)
    ensemble = [path for path in options.ensemble.split(",") if path]
    for path in (options.workdir, *ensemble):
        WorkDir(path).check_trained()
    input_text.check_files(paths)
    terminal = sys.stdout.isatty()
    output = options.output or ("colour" if terminal else "json")
    render = rendering.renderer(output, work.dataset().labels, colours=terminal and not os.environ.get("NO_COLOR"))

    load_tensorflow()
    from ner.devices import unused_gpu_warnings

    for warning in unused_gpu_warnings(os.environ, name_libraries=False):
        _print_note(warning)
    nlp = Tagger.load(options.workdir, *ensemble, decoding=options.decoding)
    if input_text.STANDARD_INPUT in paths and sys.stdin.isatty():
        print("ner.tag: write a sentence and press Enter; Ctrl-D ends", file=sys.stderr)
    if options.input == "columns":
        trained = work.dataset().split("train").dialect
        windows = input_text.read_columns(paths, lambda name: UntaggedReader(name, trained, _print_note))
    else:
        windows = input_text.read_text(paths)
    write_tagged(nlp, windows, render, batch_size=options.batch_size)


def _print_note(note: str) -> None:
    print(f"ner.tag: {note}", file=sys.stderr, flush=True)


def cli() -> None:
    """Entry point of the console script `ner-tag`."""
    run_program(main, Options, arguments="FILE ...")


if __name__ == "__main__":
    cli()
