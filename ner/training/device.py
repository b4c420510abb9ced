"""The device that a run computes on."""

import os

import tensorflow as tf


def describe_device() -> str:
    """Name of the first GPU, or the CPU with its cores. GPUs are told to take memory as it is needed."""
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if not gpus:
        return f"CPU, {len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} cores"
    name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "unknown")
    return f"GPU, {name}" + (f" (1 of {len(gpus)} used)" if len(gpus) > 1 else "")
