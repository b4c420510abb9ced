"""Proves and measures on a GPU, in one run, everything that only a GPU can show.

    python -m tests.benchmarks.gpu --minutes=8 --output_dir=DIR [--records=DIR] [--stages=environment,step]

The stages run in order of their value, each in a process of its own with a share of the minutes; one that fails or
hangs costs only itself. What is known is in `results.jsonl` at once, and in `summary.md` after each stage; `log.txt`
holds what the stages print beside it. Without a GPU each stage runs in a small form on the CPU, and says so.
`--records` are those of the quality curve and of the timed batches; without, an invented corpus stands in. On an H200
the starts and the tracing of graphs take most of the time: 8 minutes show what matters most of each stage, 15 all.
"""

import importlib
import os
import sys
import tempfile
import traceback
from pathlib import Path

from absl import app, flags

from tests.benchmarks.gpu import summary
from tests.benchmarks.gpu.context import Context
from tests.benchmarks.gpu.runner import WEIGHTS, run_stages, stage_command

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
            f"--stages: no stage is called {' or '.join(sorted(unknown))}; expected {', '.join(WEIGHTS)}"
        )
    with tempfile.TemporaryDirectory(prefix="ner-gpu-") as temporary:
        folders = [f"--output_dir={output_dir}", f"--scratch={_SCRATCH.value or temporary}"]
        records = str(Path(_RECORDS.value).absolute()) if _RECORDS.value else ""

        def command_of(stage: str, seconds: float, gpus: int) -> list[str]:
            own = [f"--stage={stage}", f"--seconds={seconds}", f"--gpus={gpus}"]
            return stage_command([*folders, f"--records={records}", *own])

        run_stages(_STAGES.value, output_dir, 60 * _MINUTES.value, command_of)
    print(f"written: {output_dir / summary.FILE_NAME}")


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
