"""Whether all workers see the same work folder: the chief writes a file, and the others look for it."""

import json
import secrets
import time
from collections.abc import Callable

from ner import files
from ner.cluster.control_channel import Links
from ner.errors import InputError
from ner.run_dir.workdir import WorkDir

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
