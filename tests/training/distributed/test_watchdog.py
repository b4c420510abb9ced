import subprocess
import sys
import threading
import time

import pytest

from ner.training.distributed.watchdog import Watchdog, kill_after


def test_watchdog_calls_once_in_a_block_that_takes_too_long_and_the_block_waits_for_it():
    called = []

    def on_timeout(seconds):
        time.sleep(0.3)
        called.append((threading.current_thread().name, seconds))

    watchdog = Watchdog(0.1, 60.0, on_timeout)
    with watchdog.limited():
        time.sleep(0.9)
    assert called == [("watchdog", 0.1)]
    time.sleep(0.6)
    assert called == [("watchdog", 0.1)]


def test_watchdog_has_another_limit_after_the_startup():
    called = []
    watchdog = Watchdog(60.0, 0.1, called.append)
    with watchdog.limited():
        time.sleep(0.9)
    assert not called
    watchdog.end_startup()
    with watchdog.limited():
        time.sleep(0.9)
    assert called == [0.1]


def test_watchdog_does_nothing_while_no_block_takes_long():
    called = []
    watchdog = Watchdog(0.8, 0.8, called.append)
    for _ in range(1000):
        with watchdog.limited():
            pass
    with pytest.raises(ZeroDivisionError), watchdog.limited():
        1 / 0  # noqa: B018
    time.sleep(1.6)
    assert not called


# Holds Python's lock for ten seconds, as no sleep of Python does.
HELD = """
import ctypes
from ner.training.distributed.watchdog import kill_after
with kill_after({seconds}, "nobody came"):
    ctypes.PyDLL(None).usleep({held} * 1000)
print("went on")
"""


def run(seconds, held):
    code = HELD.format(seconds=seconds, held=held)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)


def test_kill_after_works_while_the_gil_is_held():
    done = run(0.3, 45_000)
    assert (done.returncode, done.stdout, done.stderr) == (-9, "", "nobody came\n")


def test_kill_after_does_nothing_in_time():
    done = run(30, 10)
    assert (done.returncode, done.stdout, done.stderr) == (0, "went on\n", "")


def test_the_watching_process_ends_with_the_block():
    started = time.monotonic()
    with kill_after(30, "late"):
        pass
    assert time.monotonic() - started < 10
