"""Variants measured by turns, each in a process of its own: what one leaves in memory must not slow another."""

import json
import subprocess
import sys
from collections.abc import Callable

from absl import logging

from ner.cli import load_tensorflow

Measure = Callable[[], dict[str, float]]


def start_worker(module: str, name: str) -> Measure:
    """A function that has one measurement made, by this program started once more with `--variant=NAME`.

    It returns when the process is ready. Raises `SystemExit` with its status where that process ends before its time;
    it ends by itself with this one.
    """
    command = [sys.executable, "-m", module, *sys.argv[1:], f"--variant={name}"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def answer() -> dict[str, float]:
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"{name}: ended with exit status {process.wait()}")
        return json.loads(line)

    def measure() -> dict[str, float]:
        process.stdin.write("measure\n")
        process.stdin.flush()
        return answer()

    answer()
    return measure


def ask_worker(module: str, name: str, options: list[str], times: int) -> list[dict[str, float]]:
    """Measurements by a process of its own, which has ended then. Raises `SystemExit` with its status if it fails."""
    command = [sys.executable, "-m", module, *options, f"--variant={name}"]
    done = subprocess.run(command, input="measure\n" * times, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{name}: ended with exit status {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()[1:]]  # the first one says that it is ready


def serve(make: Callable[[], Measure]) -> None:
    """Answers the measurements that the process of `start_worker` asks for, until that one ends.

    `make` gives what measures; TensorFlow's notes are not shown.
    """
    logging.set_verbosity(logging.WARNING)
    load_tensorflow()
    measure = make()
    print("{}", flush=True)
    for _ in sys.stdin:
        print(json.dumps(measure()), flush=True)
