"""Checks that all workers see one work folder, and start from, keep and report on the same weights."""

import json
import secrets
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from ner import files
from ner.cluster.control_channel import ControlChannel
from ner.cluster.handshake import name_workers
from ner.errors import InputError
from ner.run_dir import checkpoints
from ner.run_dir.checkpoints import Checkpoint
from ner.run_dir.workdir import WorkDir

if TYPE_CHECKING:  # it imports TensorFlow, and the work folder is checked before that
    from ner.training.distributed.workers import Workers

_VISIBLE_SECONDS = 60.0  # until a file that one machine wrote to a network file system is visible on the others
_POLL_SECONDS = 0.5


def check_shared(work: WorkDir, channel: ControlChannel, index: int, answer_seconds: float) -> None:
    """Raises `InputError` on all workers unless all of them see a file that the chief writes into the work folder.

    They look for at most half of `answer_seconds`, after which the chief takes a worker for lost.
    """
    if not channel.addresses:
        return
    path = files.join(work.path, "workers.json")
    token = secrets.token_hex(8)
    if index == 0:
        content = {"token": token, "workers": channel.addresses}
        files.write_atomically(path, (json.dumps(content) + "\n").encode())
    token = channel.broadcast(token.encode()).decode()
    visible = wait_for(lambda: _token(path) == token, answer_seconds / 2)
    answers = channel.gather(b"1" if visible else b"0")
    missing_on = [worker for worker, answer in enumerate(answers) if answer == b"0"]
    if names := channel.broadcast(name_workers(missing_on).encode() if missing_on else b"").decode():
        raise InputError(
            f"{path}, which worker 0 wrote, is not visible on {names}: --workdir must be in a folder that all workers "
            "share, such as a network file system"
        )


def wait_for(condition: Callable[[], bool], seconds: float = _VISIBLE_SECONDS) -> bool:
    """Whether `condition` becomes true within `seconds`, at most a minute."""
    deadline = time.monotonic() + min(seconds, _VISIBLE_SECONDS)
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _token(path: str) -> str:
    try:
        with files.open_file(path, "r") as file:
            return json.load(file)["token"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def load_on_all_workers(folder: str, workers: "Workers") -> Checkpoint | None:
    """The latest checkpoint that the chief can read, loaded on every worker; None if there is none.

    Raises `InputError` if no checkpoint can be read, or a worker cannot read the chief's.
    """
    latest = checkpoints.load_latest(folder) if workers.is_chief else None
    step = workers.broadcast(latest.state["step"] if latest else None)
    if step is None or workers.is_chief:
        return latest
    path = checkpoints.path_of_step(folder, step)
    wait_for(lambda: files.exists(path))
    return checkpoints.load(path)


def wait_for_best(work: WorkDir, workers: "Workers") -> None:
    """Waits until every worker can read the best weights as the chief wrote them last.

    Raises `InputError` on a worker that cannot within a minute.
    """
    if workers.count == 1:
        return
    wanted = workers.broadcast(checkpoints.fingerprint(work.best) if workers.is_chief else None)
    if not wait_for(lambda: files.exists(work.best) and checkpoints.fingerprint(work.best) == wanted):
        raise InputError(
            f"{work.best}: not the weights that worker 0 wrote: --workdir must be in a folder that all workers share, "
            "such as a network file system; the same command evaluates again"
        )


def check_same_weights(weights_sha256: str, workers: "Workers") -> None:
    """Raises `InputError` on all workers unless `weights_sha256` is the same on all."""
    if others := workers.differing(weights_sha256):
        raise InputError(
            f"after the same steps, the weights on {name_workers(others)} differ from those on worker 0: look for "
            "faulty memory or another version of a library; the same command resumes from the latest checkpoint"
        )
