"""Stage 2: what a GPU computes is what a CPU computes.

Every architecture in float32 (TF32 off) against a process without GPU; the reduced precisions against the same; an
overflow in float16; curves of the loss; and the copies between host and device a step.
"""

import dataclasses
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ner.config import Config
from tests.benchmarks.gpu.context import Context
from tests.benchmarks.gpu.one_update import one_update, relative_errors, weights_of
from tests.benchmarks.gpu.presets import (
    PRECISIONS,
    architectures,
    load_preset,
    present,
    recommended,
    shrunk,
    with_training,
)
from tests.benchmarks.gpu.sample_records import build_records, sentence_of, small_records
from tests.benchmarks.gpu.session import Session, spread_batches
from tests.benchmarks.gpu.trace import trace_steps

SHAPES = {  # lengths of a batch's sentences, in characters
    "ragged": (37, 20, 1, 36, 5),
    "one_step": (1, 1, 1),
    "long": (2000, 1200),
}
# Largest relative errors (norm of the difference by norm of the CPU's) of log-probabilities and loss, of each gradient.
TOLERANCES = {"float32": (1e-4, 1e-3), "mixed_float16": (2e-2, 0.1), "mixed_bfloat16": (5e-2, 0.25)}
CURVE_STEPS = 50
CURVE_TOLERANCE = 0.1  # of the last ten losses' mean, from float32's
TRACED_STEPS = 10


def run(context: Context) -> None:
    """Starts the reference process, and makes every comparison as soon as its half is there."""
    import tensorflow as tf

    tf.config.experimental.enable_tensor_float_32_execution(False)
    jobs = list(_jobs(context))
    listed = context.scratch / "reference.json"
    listed.write_text(json.dumps([dataclasses.asdict(job) for job in jobs]), encoding="utf-8")
    reference = context.program("tests.benchmarks.gpu.one_update", str(listed), cpu_only=True)
    try:
        _overflow(context)
        for job in jobs:
            _compare(context, job, _wait_for(Path(job.out), reference, context), "float32")
    finally:
        reference.kill()
        reference.wait()
    _copies(context)
    _loss_curves(context)
    for job in jobs if context.gpus else ():
        for precision in PRECISIONS[1:] if job.shape == "ragged" and job.name in present() else ():
            _compare(context, job, _wait_for(Path(job.out), reference, context), precision)


@dataclasses.dataclass(frozen=True)
class Job:
    """One architecture on one shape of batch; `config` as the JSON of a Config, `out` where the reference goes."""

    name: str
    shape: str
    config: dict[str, Any]
    records: str
    out: str


def _jobs(context: Context) -> Iterator[Job]:
    """The presets on every shape of batch, the other architectures on ragged ones; without a GPU one preset alone."""
    longest = 2000 if context.gpus else 60
    for shape, wanted in SHAPES.items():
        lengths = [min(length, longest) for length in wanted]
        records = build_records(context, shape, train="".join(map(sentence_of, lengths)))
        configs = {name: load_preset(name) for name in (present() if context.gpus else [recommended()])}
        if context.gpus and shape == "ragged":
            configs |= {name: config for name, config in architectures().items() if config not in configs.values()}
        changes = {"clip_norm": 0.0, "batch_size": len(lengths), "max_batch_characters": 0}
        for name, config in configs.items():
            sized = with_training(_sized(context, config), **changes)
            out = str(context.scratch / f"reference-{name.replace(' ', '-')}-{shape}.npz")
            yield Job(name, shape, dataclasses.asdict(sized), records, out)


def _sized(context: Context, config: Config) -> Config:
    return config if context.gpus else shrunk(config)


def _wait_for(path: Path, process: Any, context: Context) -> dict[str, np.ndarray]:
    while not path.exists():
        if process.poll() is not None and not path.exists():
            raise RuntimeError(f"the reference process ended with status {process.returncode}, without {path.name}")
        if context.left() < 5:
            raise RuntimeError(f"no time left to wait for {path.name}")
        time.sleep(0.05)
    with np.load(path) as archive:
        return dict(archive)


def _compare(context: Context, job: Job, wanted: dict[str, np.ndarray], precision: str) -> None:
    config = with_training(Config.from_json(json.dumps(job.config), job.name), precision=precision)
    session = Session(config, job.records)
    errors = relative_errors(one_update(session, weights_of(wanted)), wanted)
    calls = session.cudnn_calls()
    output_bound, gradient_bound = TOLERANCES[precision]
    gradients = {key: error for key, error in errors.items() if key.startswith("gradient/")}
    worst = max(gradients, key=gradients.__getitem__)
    outputs = max(errors["log_probs"], errors["loss"])
    context.results.check(
        f"{job.name} {job.shape} {precision}",
        outputs <= output_bound and gradients[worst] <= gradient_bound and (calls > 0 or not context.gpus),
        output_error=outputs,
        gradient_error=gradients[worst],
        worst=worst.removeprefix("gradient/"),
        cudnn_calls=calls,
    )


def _overflow(context: Context) -> None:
    """A loss scale that overflows float16 leaves out one update, and halves itself."""
    config = with_training(_sized(context, load_preset(recommended())), precision="mixed_float16", batch_size=32)
    session = Session(config, small_records(context))
    [scale] = [name for name in session.arrays() if name.endswith("dynamic_scale")]
    session.restore({**session.arrays(), scale: np.float32(2.0**60)})
    [batch] = spread_batches(session, 1, 1)
    before = session.tagger.weights_sha256()
    session.learn(0, batch)
    unchanged = session.tagger.weights_sha256() == before
    halved = float(session.arrays()[scale]) / 2.0**60
    session.restore({**session.arrays(), scale: np.float32(1024.0)})
    session.learn(1, batch)
    goes_on = session.tagger.weights_sha256() != before
    context.results.check(
        "float16 overflow",
        unchanged and halved == 0.5 and goes_on and session.is_finite(),
        update_left_out=unchanged,
        scale_times=halved,
        next_update_made=goes_on,
    )


def _copies(context: Context) -> None:
    """Copies a step between host and GPU; the trace is kept."""
    session = Session(_sized(context, load_preset(recommended())), context.records or small_records(context))
    batches = spread_batches(session, 4, 8)
    for number, batch in enumerate(batches):
        session.learn(number, batch)
    session.wait()
    figures = trace_steps(
        lambda number: session.learn(number, batches[number % len(batches)]),
        session.wait,
        TRACED_STEPS,
        context.output_dir / "trace.xplane.pb.gz",
    )
    none_waited = figures["device_to_host"] * TRACED_STEPS < 2  # one copy is how the end is waited for
    seen = figures["kernels"] > 0 or not context.gpus
    context.results.check("copies a step", none_waited and seen, **figures)


def _loss_curves(context: Context) -> None:
    """The losses of the same steps in each precision."""
    steps = CURVE_STEPS if context.gpus else 5
    ends = {}
    for precision in PRECISIONS:
        config = with_training(_sized(context, load_preset(recommended())), precision=precision)
        session = Session(config, context.records or small_records(context))
        losses = []
        for number, batch in enumerate(session.batches(0).take(steps)):
            session.learn(number, batch)
            losses.append(session.take_losses().mean)
        ends[precision] = float(np.mean(losses[-10:]))
        off = abs(ends[precision] / ends["float32"] - 1)
        figures = {"first": losses[0], "last_ten": ends[precision], "from_float32": off, "losses": losses}
        context.results.check(f"{steps} steps {precision}", off <= CURVE_TOLERANCE, **figures)
