"""Shows runs in TensorBoard, with all their steps: `python -m ner.board --logdir=DIR [-- --port=7007 ...]`.

DIR is a work folder, its logs, or a folder of several runs. Flags after `--` are passed to TensorBoard. By default it
listens on localhost only, at port 6006 or the next free one.
"""

from dataclasses import dataclass

from ner.cli import run_program
from ner.errors import InputError
from ner.settings import check_settings, setting
from ner.tensorboard.plugin import server


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is shown."""

    logdir: str = setting("", "Work folder of a run, its logs, or a folder of runs.", path=True)

    def __post_init__(self) -> None:
        check_settings(self)


def main(options: Options, arguments: list[str]) -> None:
    """Checks the folder before TensorBoard is imported, then serves until Ctrl-C."""
    logdir, others = options.logdir, arguments
    if not logdir and others and not others[0].startswith("-"):  # `ner.board work`
        logdir, *others = others
    if not logdir:
        raise InputError("--logdir is missing: name the work folder of a run, or a folder of several")
    server.serve(server.find_logs(logdir), others)


def cli() -> None:
    """Entry point of the console script `ner-board`."""
    run_program(main, Options, arguments="-- TensorBoard's flags")


if __name__ == "__main__":
    cli()
