"""The devices that a run computes on."""

import os
from collections.abc import Mapping

import tensorflow as tf

from ner.errors import InputError


def use_devices(gpus: int | None = None, one_device: bool = False) -> None:
    """Makes so many of the GPUs that TensorFlow sees the ones of this process; None: all of them, or one.

    GPUs are told to take memory as it is needed. Raises `InputError` where there are fewer.
    """
    found = tf.config.list_physical_devices("GPU")
    if gpus is not None and len(found) < gpus:
        raise InputError(
            f"--gpus={gpus}: TensorFlow sees {len(found)} on this machine (CUDA_VISIBLE_DEVICES is "
            f"{os.environ.get('CUDA_VISIBLE_DEVICES', 'not set')}); ask the scheduler for as many, look at nvidia-smi "
            "and pip install 'tensorflow[and-cuda]', or leave the flag out to use what is there"
        )
    used = found[: 1 if one_device else gpus]
    if used != tf.config.get_visible_devices("GPU"):
        tf.config.set_visible_devices(used, "GPU")
    for gpu in used:
        tf.config.experimental.set_memory_growth(gpu, True)


def describe_device() -> str:
    """The GPUs of this process, or the CPU with its cores."""
    gpus = tf.config.get_visible_devices("GPU")
    if not gpus:
        return f"CPU, {len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores"
    name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "unknown")
    return f"GPU, {name}" if len(gpus) == 1 else f"{len(gpus)} GPUs, {name}"


def unused_gpu_warnings(environ: Mapping[str, str]) -> list[str]:
    """A warning where a scheduler gave GPUs and TensorFlow sees none; else nothing."""
    given = environ.get("CUDA_VISIBLE_DEVICES", "")
    if given in ("", "-1", "NoDevFiles") or tf.config.list_physical_devices("GPU"):
        return []
    return [f"warning: CUDA_VISIBLE_DEVICES is {given}, but TensorFlow sees no GPU: this runs on the CPU"]
