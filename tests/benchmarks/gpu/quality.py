"""Stage 7: how good the recommended preset is after how many seconds, on the records given; and on test at the end."""

import json
import signal
import subprocess
import time
from pathlib import Path

from ner.settings import values_of
from tests.benchmarks.gpu.context import Context, flags_of
from tests.benchmarks.gpu.presets import LARGE_BATCHES, load_preset, recommended, shrunk, with_training
from tests.benchmarks.gpu.sample_records import small_records
from tests.benchmarks.gpu.scalars import read_curve

SCORE = "entity/micro_f1"
_RESERVED_SECONDS = 25  # for the report on test


def run(context: Context) -> None:
    """Trains as far as the time reaches, writes each validation as it comes, and scores the best weights on test."""
    records, preset = context.records or small_records(context), recommended()
    config = load_preset(preset)
    if context.gpus:
        config = with_training(config, precision="mixed_bfloat16", **LARGE_BATCHES)
    else:
        config = with_training(shrunk(config), epochs=1)
    work = quality_folder(context)
    arguments = [*flags_of(values_of(config)), f"--records={records}", f"--workdir={work}"]
    begun = time.time()
    with (context.scratch / "quality.log").open("w", encoding="utf-8") as log:
        process = context.program("ner.train", *arguments, output=log)
        status = _follow(context, process, work, begun)
    if status not in (0, 75):
        shown = Path(log.name).read_text(encoding="utf-8")
        raise RuntimeError(f"ner.train ended with status {status}: {shown[-500:]}")
    figures = {"finished": status == 0, "seconds": time.time() - begun}
    context.results.add("run", preset=preset, records=Path(records).name, **figures)
    context.run_program("ner.evaluate", f"--workdir={work}", f"--records={records}", "--split=test")
    report = json.loads((work / "reports" / "test.json").read_text(encoding="utf-8"))
    context.results.add("test", entity_f1=report["entities"]["micro"]["f1"], step=report["step"])


def quality_folder(context: Context) -> Path:
    """The work folder of the run, which the export stage takes its model from."""
    return context.scratch / "quality"


def _follow(context: Context, process: "subprocess.Popen[str]", work: Path, begun: float) -> int:
    """Writes a line for each validation until the run ends or receives a stop signal; its exit status."""
    written, told = 0, False
    while process.poll() is None:
        time.sleep(0.5)
        written += _write_new(context, work, begun, written)
        if context.left() < _RESERVED_SECONDS and not told:
            process.send_signal(signal.SIGTERM)
            told = True
        if context.left() < 5:
            process.kill()
    _write_new(context, work, begun, written)
    return process.wait()


def _write_new(context: Context, work: Path, begun: float, written: int) -> int:
    validations = read_curve(work, "validation", SCORE)[written:]
    for one in validations:
        context.results.add(f"validation at step {one.step}", seconds=one.time_seconds - begun, entity_f1=one.score)
    return len(validations)
