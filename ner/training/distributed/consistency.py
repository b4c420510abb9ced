"""Checks that all workers see one work folder, begin from the same checkpoint and keep the same weights."""

import json
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ner import files
from ner.cluster.control_channel import Links
from ner.errors import InputError
from ner.run_dir import checkpoints
from ner.run_dir.checkpoints import Checkpoint
from ner.run_dir.workdir import WorkDir

if TYPE_CHECKING:  # it imports TensorFlow, before which the work folder is checked
    from ner.training.distributed.workers import Workers

_SEEN_WITHIN_SECONDS = 60.0  # what one machine writes into a network folder may take so long to be seen by another
_LOOK_EVERY_SECONDS = 0.5


def check_shared(work: WorkDir, links: Links, index: int, answer_seconds: float) -> None:
    """Raises `InputError` on all workers unless all of them see what the chief writes in the work folder.

    They look for at most half of the seconds in which the chief wants an answer.
    """
    if not links.addresses:
        return
    path = files.join(work.path, "workers.json")
    token = secrets.token_hex(8)
    if index == 0:
        content = {"token": token, "workers": links.addresses}
        files.write_atomically(path, (json.dumps(content) + "\n").encode())
    token = links.tell(token.encode()).decode()
    seen = wait_for(lambda: _token(path) == token, answer_seconds / 2)
    blind = [str(worker) for worker, text in enumerate(links.gather(b"1" if seen else b"0")) if text == b"0"]
    if missing := links.tell(", ".join(blind).encode()).decode():
        raise InputError(
            f"worker {missing} does not see {path}, which worker 0 has written: --workdir must be in a folder that all "
            "workers share, such as a network file system"
        )


def wait_for(condition: Callable[[], bool], seconds: float = _SEEN_WITHIN_SECONDS) -> bool:
    """Whether it holds, soon if not now."""
    deadline = time.monotonic() + min(seconds, _SEEN_WITHIN_SECONDS)
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_LOOK_EVERY_SECONDS)
    return True


def _token(path: str) -> str:
    try:
        with files.open_file(path, "r") as file:
            return json.load(file)["token"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def load_on_all_workers(folder: str, workers: "Workers") -> Checkpoint | None:
    """The latest checkpoint that the chief can read, on every worker; None where there is none.

    Raises `InputError` where no checkpoint can be read, or a worker cannot read the chief's.
    """
    latest = checkpoints.load_latest(folder) if workers.is_chief else None
    step = workers.hear(latest.state["step"] if latest else None)
    if step is None or workers.is_chief:
        return latest
    path = checkpoints.path_of_step(folder, step)
    wait_for(lambda: files.exists(path))
    return checkpoints.load(path)


def check_same_weights(weights_sha256: str, workers: "Workers") -> None:
    """Raises `InputError` on all workers unless all have the weights of that hash."""
    if others := workers.different(weights_sha256):
        named = ", ".join(map(str, others))
        raise InputError(
            f"worker {named} has other weights than worker 0, although it took the same steps: look for faulty memory "
            "or another version of a library there; the same command carries on from the latest checkpoint"
        )
