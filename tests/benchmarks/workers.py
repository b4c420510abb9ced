"""Variants measured by turns, each in a process of its own: what one leaves in memory must not slow another."""

import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection

from absl import app, logging

from ner.cli import load_tensorflow

Measure = Callable[[], dict[str, float]]


def start_worker(module: str, name: str) -> Measure:
    """A function that has one measurement made, by this program started once more with `--variant=NAME`.

    All are forks of one process that has imported TensorFlow and used nothing of it. It returns when the process is
    ready. Raises `SystemExit` with its status where that process ends before its time; it ends by itself with this one.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tensorflow"])
    (its_input, ours), (theirs, its_output) = os.pipe(), os.pipe()
    streams = Connection(its_input, writable=False), Connection(its_output, readable=False)
    arguments = [module, *sys.argv[1:], f"--variant={name}"]
    process = context.Process(target=_measure_when_asked, args=(arguments, dict(os.environ), *streams), daemon=True)
    process.start()
    for stream in streams:
        stream.close()
    questions, answers = (os.fdopen(one, mode, encoding="utf-8") for one, mode in ((ours, "w"), (theirs, "r")))

    def answer() -> dict[str, float]:
        line = answers.readline()
        if not line:
            process.join()
            raise SystemExit(f"{name}: ended with exit status {process.exitcode}")
        return json.loads(line)

    def measure() -> dict[str, float]:
        questions.write("measure\n")
        questions.flush()
        return answer()

    answer()
    return measure


def _measure_when_asked(
    arguments: list[str], environment: dict[str, str], its_input: Connection, its_output: Connection
) -> None:
    """Runs the program that started this process, whose `main` is here already, on other standard streams."""
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(its_input.fileno(), 0)
    os.dup2(its_output.fileno(), 1)
    its_output.close()  # so that the end of this process is the end of its output
    sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
    app.run(sys.modules["__main__"].main, argv=arguments)


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
