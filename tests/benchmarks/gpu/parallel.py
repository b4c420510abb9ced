"""Stage 8: two devices that share each batch learn what one learns; on two GPUs also how much sooner."""

import time
from typing import Any

import numpy as np

from tests.benchmarks.gpu.context import Context
from tests.benchmarks.gpu.presets import load_preset, recommended, shrunk, with_training
from tests.benchmarks.gpu.sample_records import small_records
from tests.benchmarks.gpu.session import Session

STEPS = 10
TOLERANCE = 1e-3  # largest relative difference of the losses of each step


def run(context: Context) -> None:
    """Two GPUs and NCCL where they are there; else one GPU, or the CPU, as two logical devices."""
    import tensorflow as tf

    tf.config.experimental.enable_tensor_float_32_execution(False)
    devices, operations, kind = _two_devices(context)
    config = with_training(load_preset(recommended()), batch_size=64, max_batch_characters=0)
    config = config if context.gpus else shrunk(config)
    records = small_records(context)
    alone, alone_seconds = _losses(Session(config, records))
    strategy = tf.distribute.MirroredStrategy(devices, cross_device_ops=operations)
    shared, shared_seconds = _losses(Session(config, records, strategy))
    worst = float(np.max(np.abs(np.array(shared) / np.array(alone) - 1)))
    figures = {"largest_difference": worst, "one_ms": 1000 * alone_seconds, "two_ms": 1000 * shared_seconds}
    context.results.check(f"two devices: {kind}", worst <= TOLERANCE, **figures)


def _two_devices(context: Context) -> tuple[list[str], Any, str]:
    import tensorflow as tf

    if context.gpus > 1:
        return ["GPU:0", "GPU:1"], tf.distribute.NcclAllReduce(), "two GPUs, NCCL"
    kind = "GPU" if context.gpus else "CPU"
    [device, *_] = tf.config.list_physical_devices(kind)
    limit = {"memory_limit": 8192} if context.gpus else {}
    halves = [tf.config.LogicalDeviceConfiguration(**limit) for _ in range(2)]
    tf.config.set_logical_device_configuration(device, halves)
    return [f"{kind}:0", f"{kind}:1"], tf.distribute.ReductionToOneDevice(), f"one {kind} as two"


def _losses(session: Session) -> tuple[list[float], float]:
    """The mean loss of each of the first steps, and seconds of a step without the first."""
    losses, seconds = [], []
    for number, batch in enumerate(session.batches(0).take(STEPS)):
        start = time.perf_counter()
        session.learn(number, batch)
        losses.append(session.take_losses().mean)
        seconds.append(time.perf_counter() - start)
    return losses, float(np.median(seconds[1:]))
