"""Runs stages one after another, each in a process of its own with a share of the time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.benchmarks.gpu import summary
from tests.benchmarks.gpu.context import ROOT
from tests.benchmarks.gpu.results import Results, find_line

WEIGHTS = {  # of the stages in the time that is left: a stage that needs less leaves the rest to those after it
    "environment": 25, "correctness": 150, "resume": 90, "step": 150, "kernels": 30, "pipeline": 70, "quality": 110,
    "parallel": 30, "export": 70,
}  # fmt: skip
LOG = "log.txt"
_LAST_LINES = 15

CommandOf = Callable[[str, float, int], list[str]]  # of a stage's name, its seconds and the number of GPUs


def run_stages(stages: Sequence[str], output_dir: Path, seconds: float, command_of: CommandOf) -> None:
    """Runs `stages` in their order, after the environment stage, which finds the GPUs; a summary follows each."""
    end = time.monotonic() + seconds
    waiting = [name for name in WEIGHTS if name in stages or name == "environment"]
    gpus = 0
    while waiting:
        limit = max(0.0, end - time.monotonic()) * WEIGHTS[waiting[0]] / sum(WEIGHTS[one] for one in waiting)
        name = waiting.pop(0)
        start = time.monotonic()
        status = run_command(name, command_of(name, limit, gpus), output_dir, limit)
        Results(output_dir, name).add("stage", status=status, seconds=time.monotonic() - start, limit=limit)
        gpus = find_line(output_dir, "environment", "devices").get("gpus", 0)
        summary.write(output_dir, list(WEIGHTS))


def run_command(name: str, command: list[str], output_dir: Path, seconds: float) -> str:
    """Runs a stage's command; how that ended, in words.

    Its standard error goes to the end of `LOG` in the folder; where it fails, the last lines of that are shown.
    """
    path = output_dir / LOG
    with path.open("a", encoding="utf-8") as log:
        log.write(f"\n===== {name}\n")
        log.flush()
        before = path.stat().st_size
        # A group of its own, so that what a stage has started ends with it.
        process = subprocess.Popen(command, stderr=log, cwd=ROOT, preexec_fn=os.setpgrp)  # noqa: PLW1509
        try:
            status: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            _stop_group(process)
    if status == 0:
        return "done"
    text = path.read_bytes()[before:].decode(errors="replace")
    print(*text.splitlines()[-_LAST_LINES:], sep="\n", flush=True)
    return "out of time" if status is None else f"failed with exit status {status}"


def stage_command(options: Sequence[str]) -> list[str]:
    """The program again, with options."""
    return [sys.executable, "-u", "-m", "tests.benchmarks.gpu", *options]


def _stop_group(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
