"""Starts TensorBoard on the logs of one or several runs, with the NER tab and all steps kept."""

import contextlib
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path

from ner import files
from ner.errors import InputError
from ner.tensorboard.plugin.steps_kept import STEPS_KEPT

_KEPT = dict.fromkeys(("scalars", "images", "text", "histograms", "pr_curves"), STEPS_KEPT)


def find_logs(path: str) -> str:
    """The folder to show: `path`, or its `logs` if `path` is a work folder.

    Raises `InputError` if it is missing or contains no event files. A path with a scheme is not checked.
    """
    if files.is_remote(path):
        return path
    folder = Path(path)
    if not folder.is_dir():
        raise InputError(f"{path}: no such folder; name a folder that `python -m ner.train --workdir` wrote")
    if (folder / "config.json").exists() and (folder / "logs").is_dir():
        folder /= "logs"
    names = (name for _, _, found in os.walk(folder, followlinks=True) for name in found)
    if not any(".tfevents." in name for name in names):
        raise InputError(
            f"{folder}: no event files in this folder or below; name WORKDIR or WORKDIR/logs of a run that has started"
        )
    return str(folder)


def serve(logs: str, arguments: Sequence[str]) -> None:
    """Prints the address and serves `logs` until Ctrl-C or SIGTERM; `arguments` are TensorBoard's own flags.

    Raises `InputError` if they are invalid or the port is in use.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # otherwise process 1 of a container ignores it
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # some plugins import TensorFlow at their first request
    from tensorboard import default, program
    from tensorboard.plugins.base_plugin import FlagsError

    from ner.tensorboard.plugin.loader import NerLoader

    # An installed package has the tab as an entry point, which TensorBoard finds; a clone alone has not.
    plugins = [plugin for plugin in default.get_plugins() if plugin is not NerLoader]
    tensorboard = program.TensorBoard(plugins=[*plugins, NerLoader])
    try:
        tensorboard.configure(argv=["", *arguments, f"--logdir={logs}"])
        tensorboard.flags.samples_per_plugin = {**_KEPT, **tensorboard.flags.samples_per_plugin}
        address = tensorboard.launch()
    except FlagsError as error:
        raise InputError(f"TensorBoard: {error}") from None
    except program.TensorBoardServerException as error:
        raise InputError(error.msg) from None
    with contextlib.suppress(KeyboardInterrupt):
        print(f"TensorBoard of {logs}: {address} (Ctrl-C ends it)", flush=True)
        threading.Event().wait()
