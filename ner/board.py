"""Shows runs in TensorBoard, every step of them: `python -m ner.board --logdir=DIR [-- --port=7007 ...]`.

DIR is a work folder, its logs, or a folder of several runs. What stands after `--` goes to TensorBoard. Without, it
listens on localhost alone, at port 6006 or the next free one.
"""

from absl import flags

from ner.cli import run_program
from ner.tensorboard.plugin import server

_LOGDIR = flags.DEFINE_string("logdir", None, "Work folder of a run, its logs, or a folder of runs.", required=True)


def main(arguments: list[str]) -> None:
    """Checks the folder before TensorBoard is imported, then serves until Ctrl-C."""
    logs = server.find_logs(_LOGDIR.value)
    # TensorBoard's parser takes over every flag that absl knows, and would find --logdir twice.
    flags.FLAGS.remove_flag_values([_LOGDIR.name])
    server.serve(logs, arguments)


def cli() -> None:
    """Entry point of the console script `ner-board`."""
    run_program(main, arguments=True)


if __name__ == "__main__":
    cli()
