"""Shows runs in TensorBoard, with all their steps: `python -m ner.board --logdir=DIR [-- --port=7007 ...]`.

DIR is a work folder, its logs, or a folder of several runs. Flags after `--` are passed to TensorBoard. By default it
listens on localhost only, at port 6006 or the next free one.
"""

from absl import flags

from ner.cli import run_program
from ner.tensorboard.plugin import server

_LOGDIR = flags.DEFINE_string("logdir", None, "Work folder of a run, its logs, or a folder of runs.", required=True)


def main(arguments: list[str]) -> None:
    """Checks the folder before TensorBoard is imported, then serves until Ctrl-C."""
    logs = server.find_logs(_LOGDIR.value)
    # TensorBoard's parser includes all absl flags, and would define --logdir twice.
    flags.FLAGS.remove_flag_values([_LOGDIR.name])
    server.serve(logs, arguments)


def cli() -> None:
    """Entry point of the console script `ner-board`."""
    run_program(main, arguments=True)


if __name__ == "__main__":
    cli()
