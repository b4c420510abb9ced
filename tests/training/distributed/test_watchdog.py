import subprocess
import sys
import threading
import time

import pytest

from ner.training.distributed.watchdog import Watchdog, killed_after


def test_it_gives_up_once_in_a_block_that_takes_too_long_which_waits_for_that():
    told = []

    def give_up():
        time.sleep(0.3)
        told.append(threading.current_thread().name)

    patience = Watchdog(0.1, give_up)
    with patience.limited():
        time.sleep(0.9)
    assert told == ["patience"]
    time.sleep(0.6)
    assert told == ["patience"]


def test_it_has_patience_where_nothing_takes_long():
    told = []
    patience = Watchdog(0.8, lambda: told.append(1))
    for _ in range(1000):
        with patience.limited():
            pass
    with pytest.raises(ZeroDivisionError), patience.limited():
        1 / 0  # noqa: B018
    time.sleep(1.6)
    assert not told


# Holds Python's lock for ten seconds, as no sleep of Python does.
HELD = """
import ctypes
from ner.training.distributed.watchdog import killed_after
with killed_after({seconds}, "nobody came"):
    ctypes.PyDLL(None).usleep({held} * 1000)
print("went on")
"""


def run(seconds, held):
    code = HELD.format(seconds=seconds, held=held)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_what_takes_too_long_is_killed_although_python_cannot_run():
    started = time.monotonic()
    done = run(0.3, 10_000)
    assert (done.returncode, done.stdout, done.stderr) == (-9, "", "nobody came\n")
    assert time.monotonic() - started < 8


def test_what_is_done_in_time_goes_on():
    done = run(30, 10)
    assert (done.returncode, done.stdout, done.stderr) == (0, "went on\n", "")


def test_the_watch_ends_with_the_block():
    started = time.monotonic()
    with killed_after(30, "late"):
        pass
    assert time.monotonic() - started < 10
