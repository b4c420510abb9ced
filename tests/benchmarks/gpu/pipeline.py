"""Stage 6: whether the input pipeline keeps up with the fastest step, alone and in a real run."""

import shutil
import signal
import subprocess
import time

from ner.settings import values_of
from tests.benchmarks.gpu.context import Context, flags_of
from tests.benchmarks.gpu.presets import load_preset, present, recommended, shrunk, with_training
from tests.benchmarks.gpu.sample_records import small_records
from tests.benchmarks.gpu.scalars import mean_of_later_half
from tests.benchmarks.gpu.session import Session

WAIT_BOUND = 0.02  # largest share of the time that a run may wait for batches
_FASTEST = ("fast", "bidirectional", "best")


def run(context: Context) -> None:
    """Reads batches and does nothing with them; then trains for a while and reads what the run says of its waiting."""
    records = context.records or small_records(context)
    names = list(dict.fromkeys([present(_FASTEST)[0], recommended()])) if context.gpus else [recommended()]
    for name in names:
        config = load_preset(name) if context.gpus else shrunk(load_preset(name))
        config = with_training(config, precision="mixed_bfloat16" if context.gpus else "float32")
        session = Session(config, records)
        context.results.add(f"{name} batches alone", **_read(session, 3.0 if context.gpus else 0.5))
    for name in names:
        train(context, name)


def train(context: Context, name: str) -> None:
    """Trains a preset for a while, and writes what the run says of its waiting in the later half."""
    records, precision = context.records or small_records(context), "mixed_bfloat16" if context.gpus else "float32"
    length = {"epochs": 1000 if context.gpus else 1, "validate_every": 10**6, "log_every": 25 if context.gpus else 2}
    config = load_preset(name) if context.gpus else shrunk(load_preset(name))
    config = with_training(config, precision=precision, **length)
    work = context.scratch / f"pipeline-{name}"
    shutil.rmtree(work, ignore_errors=True)
    seconds = min(20.0, (context.left() - 5) / 2) if context.gpus else context.left() - 3
    train_for(context, seconds, [*flags_of(values_of(config)), f"--records={records}", f"--workdir={work}"])
    waited = mean_of_later_half(work, "input_wait_share")
    figures = {
        "waited_share": waited,
        "characters": mean_of_later_half(work, "characters_per_second"),
        "step_ms": 1000 * mean_of_later_half(work, "step_seconds"),
    }
    if context.gpus:
        context.results.check(f"{name} run", figures["characters"] > 0 and waited <= WAIT_BOUND, **figures)
    else:
        context.results.add(f"{name} run", **figures)


def _read(session: Session, seconds: float) -> dict[str, float]:
    """Batches and real characters a second that the pipeline alone gives, after the first batch."""
    batches = iter(session.batches(0))
    start = time.perf_counter()
    next(batches)
    first = time.perf_counter() - start
    count, characters, start = 0, 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        characters += int(next(batches).characters)
        count += 1
    passed = time.perf_counter() - start
    return {"first_batch_seconds": first, "batches": count / passed, "characters": characters / passed}


def train_for(context: Context, seconds: float, arguments: list[str]) -> int:
    """Runs `ner.train` to its end, or has it save and leave after `seconds`; its exit status."""
    process = context.program("ner.train", *arguments)
    try:
        return process.wait(max(1.0, seconds))
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
    try:
        return process.wait(max(1.0, min(10.0, context.left() - 2)))
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
