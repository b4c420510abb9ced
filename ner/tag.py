"""Finds entities in text: `python -m ner.tag --workdir=DIR [FILE ...]`.

Reads the files, or standard input where none is named (or `-`): one sentence a line, tokens found by a simple rule.
Writes one JSON line for each, or columns `token<TAB>tag`, or text with the entities coloured. Answers come as the input
does: on a terminal, line by line.
"""

import os
import sys

from absl import flags

from ner.cli import load_tensorflow, run_program
from ner.inference import input_text, rendering
from ner.run_dir.workdir import WorkDir
from ner.text.decoding import METHODS

_WORKDIR = flags.DEFINE_string("workdir", None, "Folder that ner.train wrote.", required=True)
_INPUT = flags.DEFINE_enum(
    "input", "text", list(input_text.READERS), "A sentence a line, or a token a line in the first of some columns."
)
_OUTPUT = flags.DEFINE_enum(
    "output", None, rendering.OUTPUTS, "How entities are shown; by default colour on a terminal, json elsewhere."
)
_DECODING = flags.DEFINE_enum("decoding", METHODS[0], METHODS, "How characters become words.")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 128, "Sentences predicted at once.", lower_bound=1)


def main(arguments: list[str]) -> None:
    """Checks flags, files and work folder before TensorFlow is imported, then tags."""
    paths = arguments or [input_text.STANDARD_INPUT]
    work = WorkDir(_WORKDIR.value)
    work.check_trained()
    input_text.check_files(paths)
    terminal = sys.stdout.isatty()
    output = _OUTPUT.value or ("colour" if terminal else "json")
    render = rendering.renderer(output, work.dataset().labels, colours=terminal and not os.environ.get("NO_COLOR"))

    load_tensorflow()
    from ner.inference import predict

    if input_text.STANDARD_INPUT in paths and sys.stdin.isatty():
        print("ner.tag: write a sentence and press Enter; Ctrl-D ends", file=sys.stderr)
    windows = input_text.READERS[_INPUT.value](paths)
    predict.tag(work, windows, render, batch_size=_BATCH_SIZE.value, decoding=_DECODING.value)


def cli() -> None:
    """Entry point of the console script `ner-tag`."""
    run_program(main, arguments=True)


if __name__ == "__main__":
    cli()
