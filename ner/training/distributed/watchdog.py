"""A limit for what all workers compute together, which one of them may keep the others from for ever."""

import math
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
