"""Lines of a worker that is not the chief begin with its number, so that a job's log tells them apart."""

import sys
from typing import Any, TextIO


class Labelled:
    """A text stream that writes `label` at the beginning of every line of `stream`."""

    def __init__(self, stream: TextIO, label: str) -> None:
        self._stream = stream
        self._label = label
        self._at_start = True

    def write(self, text: str) -> int:
        """Writes it; a line that came in pieces has one label."""
        for line in text.splitlines(keepends=True):
            self._stream.write(self._label + line if self._at_start else line)
            self._at_start = line.endswith("\n")
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Writes each."""
        for line in lines:
            self.write(line)

    def isatty(self) -> bool:
        """False: what draws bars over lines would write over the label."""
        return False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def label_output(worker: int) -> None:
    """From now on what Python prints begins with the number of this worker, unless it is the chief."""
    if worker:
        sys.stdout = Labelled(sys.stdout, f"worker {worker}: ")
        sys.stderr = Labelled(sys.stderr, f"worker {worker}: ")
