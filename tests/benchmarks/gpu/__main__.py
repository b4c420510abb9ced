"""Proves and measures on a GPU, in one run, everything that only a GPU can show.

    python -m tests.benchmarks.gpu --minutes=8 --output_dir=DIR [--records=DIR] [--stages=environment,step]

The stages run in order of their value, each in a process of its own with a share of the minutes; one that fails or
hangs costs only itself. What is known is in `results.jsonl` at once, and in `summary.md` after each stage; `log.txt`
holds what the stages print beside it. Without a GPU each stage runs in a small form on the CPU, and says so.
`--records` are those of the quality curve and of the timed batches; without, an invented corpus stands in.
"""

import importlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path

from absl import app, flags

from tests.benchmarks.gpu import summary
from tests.benchmarks.gpu.context import ROOT, Context
from tests.benchmarks.gpu.results import Results, find_line

WEIGHTS = {  # of the stages in the time that is left: a stage that needs less leaves the rest to those behind it
    "environment": 25, "correctness": 100, "resume": 70, "step": 130, "kernels": 30, "pipeline": 40, "quality": 110,
    "parallel": 30, "export": 40,
}  # fmt: skip
LOG = "log.txt"
_LAST_LINES = 15

_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "Folder of the results; made if it is not there.", required=True)
_MINUTES = flags.DEFINE_float("minutes", 8, "Time for all stages together.", lower_bound=0.1)
_STAGES = flags.DEFINE_list("stages", list(WEIGHTS), "Those to run; environment always is the first.")
_RECORDS = flags.DEFINE_string("records", "", "Folder that data_tools.build wrote. Default: an invented corpus.")
_SCRATCH = flags.DEFINE_string("scratch", "", "Folder for work folders and small records. Default: a temporary one.")
_STAGE = flags.DEFINE_enum("stage", None, list(WEIGHTS), "Used by this program itself: be the process of this stage.")
_SECONDS = flags.DEFINE_float("seconds", 60, "Used by this program itself: time of this stage.")
_GPUS = flags.DEFINE_integer("gpus", 0, "Used by this program itself: how many there are.")


def main(_: list[str]) -> None:
    """Runs the stages, or is the process of one."""
    output_dir = Path(_OUTPUT_DIR.value).absolute()
    output_dir.mkdir(parents=True, exist_ok=True)
    if _STAGE.value:
        be_stage(output_dir)
        return
    if unknown := set(_STAGES.value) - WEIGHTS.keys():
        raise app.UsageError(
            f"--stages: no stage is called {' or '.join(sorted(unknown))}; wanted some of {list(WEIGHTS)}"
        )
    with tempfile.TemporaryDirectory(prefix="ner-gpu-") as temporary:
        run_stages(output_dir, _SCRATCH.value or temporary)


def run_stages(output_dir: Path, scratch: str) -> None:
    """All stages in turn; the summary is written after each."""
    end = time.monotonic() + 60 * _MINUTES.value
    waiting = [name for name in WEIGHTS if name in _STAGES.value or name == "environment"]
    gpus = 0
    while waiting:
        name = waiting[0]
        share = WEIGHTS[name] / sum(WEIGHTS[one] for one in waiting)
        seconds = max(0.0, end - time.monotonic()) * share
        waiting.pop(0)
        start = time.monotonic()
        status = run_stage(name, output_dir, scratch, seconds, gpus)
        Results(output_dir, name).add("stage", status=status, seconds=time.monotonic() - start, limit=seconds)
        gpus = gpus or find_line(output_dir, "environment", "devices").get("gpus", 0)
        summary.write(output_dir, list(WEIGHTS))
    print(f"written: {output_dir / summary.FILE_NAME}")


def run_stage(name: str, output_dir: Path, scratch: str, seconds: float, gpus: int) -> str:
    """Runs a stage in a process of its own; how that ended, in words."""
    flags_given = [f"--output_dir={output_dir}", f"--scratch={scratch}", f"--records={_RECORDS.value}"]
    own = [f"--stage={name}", f"--seconds={seconds}", f"--gpus={gpus}"]
    with (output_dir / LOG).open("a", encoding="utf-8") as log:
        log.write(f"\n===== {name}\n")
    command = [sys.executable, "-u", "-m", "tests.benchmarks.gpu", *flags_given, *own]
    return run_command(command, output_dir, seconds)


def run_command(command: list[str], output_dir: Path, seconds: float) -> str:
    """Runs a command, its standard error at the end of `LOG`, of which the last lines are shown where it fails."""
    path = output_dir / LOG
    before = path.stat().st_size
    with path.open("a", encoding="utf-8") as log:
        # A group of its own, so that what a stage has started ends with it.
        process = subprocess.Popen(command, stderr=log, cwd=ROOT, preexec_fn=os.setpgrp)  # noqa: PLW1509
        try:
            status: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            stop_group(process)
    if status == 0:
        return "done"
    text = path.read_bytes()[before:].decode(errors="replace")
    print(*text.splitlines()[-_LAST_LINES:], sep="\n", flush=True)
    return "out of time" if status is None else f"failed with exit status {status}"


def stop_group(process: "subprocess.Popen[bytes]") -> None:
    """Ends a process and all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def be_stage(output_dir: Path) -> None:
    """Runs one stage; the exit status 1 where it raises."""
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # several processes share the card
    scratch = Path(_SCRATCH.value)
    scratch.mkdir(parents=True, exist_ok=True)
    context = Context(
        stage=_STAGE.value,
        output_dir=output_dir,
        scratch=scratch,
        records=_RECORDS.value,
        gpus=_GPUS.value,
        seconds=_SECONDS.value,
    )
    try:
        importlib.import_module(f"tests.benchmarks.gpu.{_STAGE.value}").run(context)
    except Exception:
        traceback.print_exc()
        sys.exit(1)


if __name__ == "__main__":
    app.run(main)
