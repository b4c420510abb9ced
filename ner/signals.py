"""Requests to stop: a scheduler's SIGTERM or SIGUSR1, a user's Ctrl-C."""

import signal
from types import FrameType, TracebackType

RUN_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: the job saved its state, and the same command resumes it
INTERRUPTED = 130


class StopRequests:
    """Context manager in which SIGTERM, SIGUSR1 and SIGINT ask the run to save and leave; a second SIGINT ends it.

    `exit_code` is None until a request came, then the status that the program should exit with.
    """

    def __init__(self) -> None:
        self.exit_code: int | None = None
        self._before: dict[int, signal._HANDLER] = {}

    def __enter__(self) -> "StopRequests":
        for number in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.exit_code = INTERRUPTED if number == signal.SIGINT else RUN_AGAIN
        if number == signal.SIGINT:
            signal.signal(signal.SIGINT, signal.default_int_handler)
