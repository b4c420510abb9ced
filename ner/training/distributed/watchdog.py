"""Limits on what may wait for ever: a block that all workers compute together, and a call that holds Python's lock."""

import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LOOK_EVERY_SECONDS = 0.5


class Watchdog:
    """Calls `give_up`, in a thread of its own, when a `limited` block takes more than so many seconds.

    A block that ends meanwhile waits for `give_up` to return; one that ends the process is never overtaken.

    TensorFlow's own limit for a sum (`CommunicationOptions.timeout_seconds`) is not used: it frees what the sum still
    works on, and the process may abort instead of raising an error.
    """

    def __init__(self, seconds: float, give_up: Callable[[], object]) -> None:
        self._seconds = seconds
        self._give_up = give_up
        self._deadline = math.inf
        self._judging = threading.Lock()
        threading.Thread(target=self._watch, daemon=True, name="patience").start()

    @contextmanager
    def limited(self) -> Iterator[None]:
        """A block with a limit. Blocks do not nest."""
        self._deadline = time.monotonic() + self._seconds
        try:
            yield
        finally:
            with self._judging:
                self._deadline = math.inf

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK_EVERY_SECONDS)
            with self._judging:
                if time.monotonic() > self._deadline:
                    self._deadline = math.inf
                    self._give_up()


_WATCH = """
import os, select, sys
if not select.select([0], [], [], float(sys.argv[1]))[0]:
    print(sys.argv[3], file=sys.stderr, flush=True)
    os.kill(int(sys.argv[2]), 9)
"""


@contextmanager
def killed_after(seconds: float, why: str) -> Iterator[None]:
    """Within it, this process is killed after so many seconds, and the line `why` printed.

    TensorFlow waits for other workers with Python's lock held, so another process watches, as long as this one lives.
    """
    arguments = [sys.executable, "-c", _WATCH, str(seconds), str(os.getpid()), why]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE):  # its end closes the pipe, and waits
        yield
