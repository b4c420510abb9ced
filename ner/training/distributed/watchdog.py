"""Time limits for what may wait forever: collective computations, and calls that hold the GIL."""

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
    """Calls `on_timeout(limit)` in its own thread when a `limited` block takes longer than the limit in seconds.

    The limit is `startup_seconds` until `end_startup` is called, then `seconds`: the first update of a run is traced,
    which takes long on a busy machine, and not equally long on all workers.

    A block that finishes while `on_timeout` runs waits for it to return: if `on_timeout` ends the process, the block
    never continues.

    TensorFlow's timeout for collectives (`CommunicationOptions.timeout_seconds`) is not used: it frees buffers that the
    collective still uses, and the process may abort instead of raising an error.
    """

    def __init__(self, startup_seconds: float, seconds: float, on_timeout: Callable[[float], object]) -> None:
        self._limit, self._seconds = startup_seconds, seconds
        self._on_timeout = on_timeout
        self._deadline = math.inf
        self._lock = threading.Lock()
        threading.Thread(target=self._watch, daemon=True, name="watchdog").start()

    def end_startup(self) -> None:
        """Limits the blocks from now on to `seconds`."""
        self._limit = self._seconds

    @contextmanager
    def limited(self) -> Iterator[None]:
        """Context manager with the time limit. Blocks do not nest."""
        self._deadline = time.monotonic() + self._limit
        try:
            yield
        finally:
            with self._lock:
                self._deadline = math.inf

    def _watch(self) -> None:
        while True:
            time.sleep(_LOOK_EVERY_SECONDS)
            with self._lock:
                if time.monotonic() > self._deadline:
                    self._deadline = math.inf
                    self._on_timeout(self._limit)


_WATCH_SCRIPT = """
import os, select, sys
if not select.select([0], [], [], float(sys.argv[1]))[0]:
    print(sys.argv[3], file=sys.stderr, flush=True)
    os.kill(int(sys.argv[2]), 9)
"""


@contextmanager
def kill_after(seconds: float, why: str) -> Iterator[None]:
    """Context manager that prints `why` and kills this process with SIGKILL if the block takes longer than `seconds`.

    TensorFlow holds the GIL while it waits for other workers, so a child process watches; it ends with this one.
    """
    arguments = [sys.executable, "-c", _WATCH_SCRIPT, str(seconds), str(os.getpid()), why]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE):  # leaving the block closes the pipe and waits
        yield
