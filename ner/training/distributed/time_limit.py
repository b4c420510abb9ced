"""An end for what may wait for ever where no thread and no signal handler of Python runs."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

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
