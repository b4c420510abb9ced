import subprocess
import sys
import time

from ner.training.distributed.time_limit import killed_after

# Holds Python's lock for ten seconds, as no sleep of Python does.
HELD = """
import ctypes
from ner.training.distributed.time_limit import killed_after
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
