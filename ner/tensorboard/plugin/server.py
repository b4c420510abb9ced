"""Starts TensorBoard on the logs of one or several runs, with the NER tab and all steps kept."""

import contextlib
import json
import os
import signal
import threading
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from ner import files
from ner.errors import InputError
from ner.tensorboard.card_tags import ENTITY_F1, LOSS, TYPE_F1
from ner.tensorboard.plugin.steps_kept import STEPS_KEPT
from ner.text.labels import Labels

_KEPT = dict.fromkeys(("scalars", "images", "text", "histograms", "pr_curves"), STEPS_KEPT)

_MAX_PINNED = 10


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


def curves_query(logs: str) -> str:
    """The query of an address that shows unsmoothed curves, with cards of the loss and of entity F1 pinned on top.

    The entity types are those of the first `dataset.json` of this project beside `logs` or in a folder there, as far as
    TensorBoard's ten pinned cards go.
    """
    tags = [LOSS, ENTITY_F1, *(f"{TYPE_F1}{name}" for name in _entity_types(logs))][:_MAX_PINNED]
    cards = [{"plugin": "scalars", "tag": tag} for tag in tags]
    return "?" + urlencode({"smoothing": 0, "pinnedCards": json.dumps(cards, separators=(",", ":"))})


def _entity_types(logs: str) -> tuple[str, ...]:
    folder = Path(logs)
    if files.is_remote(logs):
        return ()
    for path in (folder.parent / "dataset.json", *folder.glob("*/dataset.json")):
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError, InputError):  # another program's, damaged
            return Labels(tuple(json.loads(path.read_text(encoding="utf-8"))["labels"])).types
    return ()


def serve(logs: str, arguments: Sequence[str]) -> None:
    """Prints the address and serves `logs` until Ctrl-C or SIGTERM; `arguments` are TensorBoard's own flags.

    Raises `InputError` if they are invalid or the port is in use.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # otherwise process 1 of a container ignores it
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # some plugins import TensorFlow at their first request
    from tensorboard import default, program
    from tensorboard.plugins.base_plugin import FlagsError
    from tensorboard.plugins.metrics.metrics_plugin import MetricsPlugin

    from ner.tensorboard.plugin.loader import NerLoader

    # An installed package has the tab as an entry point, which TensorBoard finds; a clone alone has not.
    plugins = [plugin for plugin in default.get_plugins() if plugin is not NerLoader]
    # After Time Series: at the end of the bar, the tab is hidden on screens below some 1,500 pixels.
    second = 1 + next((i for i, one in enumerate(plugins) if one is MetricsPlugin), len(plugins) - 1)
    tensorboard = program.TensorBoard(plugins=[*plugins[:second], NerLoader, *plugins[second:]])
    try:
        tensorboard.configure(argv=["", *arguments, f"--logdir={logs}"])
        tensorboard.flags.samples_per_plugin = {**_KEPT, **tensorboard.flags.samples_per_plugin}
        address = tensorboard.launch()
    except FlagsError as error:
        raise InputError(f"TensorBoard: {error}") from None
    except program.TensorBoardServerException as error:
        raise InputError(error.msg) from None
    with contextlib.suppress(KeyboardInterrupt):
        print(f"TensorBoard of {logs}: {address} (Ctrl-C ends it)")
        print(f"loss and F1: {address}{curves_query(logs)}#timeseries")
        print(f"NER tab: {address}#ner", flush=True)
        threading.Event().wait()
