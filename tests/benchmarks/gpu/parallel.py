"""Stage 8: two devices, or two processes, that share each batch learn what one learns; on two GPUs how much sooner."""

import shutil
import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from ner.settings import values_of
from tests.benchmarks.gpu.context import Context, flags_of
from tests.benchmarks.gpu.presets import load_preset, recommended, shrunk, with_training
from tests.benchmarks.gpu.sample_records import small_records
from tests.benchmarks.gpu.scalars import read_curve
from tests.benchmarks.gpu.session import Session
from tests.forked import tf_config
from tests.loopback import free_ports

STEPS = 10
TOLERANCE = 1e-3  # largest relative difference of the losses of each step


def run(context: Context) -> None:
    """Two devices of one process, then two processes; each against one."""
    two_devices(context)
    two_processes(context)


def two_devices(context: Context) -> None:
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


def two_processes(context: Context) -> None:
    """Two workers of `ner.train`, each with a GPU of its own where there are two, else on the CPU."""
    own_gpus = context.gpus > 1
    config = with_training(load_preset(recommended()), epochs=1, batch_size=64, max_batch_characters=0, log_every=1)
    config = config if own_gpus else shrunk(config)
    arguments = [*flags_of(values_of(config)), f"--records={small_records(context)}"]
    losses = []
    for count in (1, 2):
        work = context.scratch / f"workers-{count}"
        shutil.rmtree(work, ignore_errors=True)
        ports = free_ports(count)
        workers = [
            context.program(
                "ner.train",
                *arguments,
                f"--workdir={work}",
                cpu_only=not own_gpus,
                environment=_worker(ports, index) | ({"CUDA_VISIBLE_DEVICES": str(index)} if own_gpus else {}),
            )
            for index in range(count)
        ]
        statuses = [one.wait(max(1.0, context.left())) for one in workers]
        if any(statuses):
            raise RuntimeError(f"{count} workers of ner.train ended with {statuses}")
        losses.append(np.array([one.score for one in read_curve(work, "train", "loss")]))
    worst = float(np.max(np.abs(losses[1] / losses[0] - 1)))
    kind = "a GPU each" if own_gpus else "CPU"
    context.results.check(f"two processes: {kind}", worst <= TOLERANCE, largest_difference=worst, steps=len(losses[0]))


def _worker(ports: Sequence[int], index: int) -> dict[str, str]:
    """TF_CONFIG of one of several workers; empty where it is alone."""
    return {"TF_CONFIG": tf_config(ports, index) if len(ports) > 1 else ""}


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
