"""Variants measured by turns, each in a process of its own: what one leaves in memory must not slow another."""

import json
import subprocess
import sys
from collections.abc import Callable

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


def serve(measure: Measure) -> None:
    """Answers the measurements that the process of `start_worker` asks for, until that one ends."""
    print("{}", flush=True)
    for _ in sys.stdin:
        print(json.dumps(measure()), flush=True)
