"""The devices that a run computes on."""

import os
from collections.abc import Mapping

import tensorflow as tf

from ner import gpus as nvidia
from ner.console import counted
from ner.cores import available_cores
from ner.errors import InputError

_INSTALL = "pip install 'character-ner[gpu]' installs CUDA and cuDNN"


def use_devices(gpus: int | None = None, one_device: bool = False) -> None:
    """Restricts this process to `gpus` of the GPUs that TensorFlow sees; None: all. `one_device`: at most one.

    GPU memory is allocated as it is needed. Raises `InputError` if there are fewer GPUs.
    """
    found = tf.config.list_physical_devices("GPU")
    if gpus is not None and len(found) < gpus:
        raise InputError(
            f"--gpus={gpus}: TensorFlow sees {len(found)} on this machine (CUDA_VISIBLE_DEVICES is "
            f"{os.environ.get('CUDA_VISIBLE_DEVICES', 'not set')}); ask the scheduler for as many, see what nvidia-smi "
            f"shows ({_INSTALL}), or leave the flag out to use what is there"
        )
    used = found[:gpus][: 1 if one_device else None]
    if used != tf.config.get_visible_devices("GPU"):
        tf.config.set_visible_devices(used, "GPU")
    for gpu in used:
        tf.config.experimental.set_memory_growth(gpu, True)


def describe_device() -> str:
    """The GPUs of this process, or the CPU with its cores."""
    gpus = tf.config.get_visible_devices("GPU")
    if not gpus:
        return f"CPU, {counted(available_cores(), 'core')}"
    name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "unknown")
    return f"GPU, {name}" if len(gpus) == 1 else f"{len(gpus)} GPUs, {name}"


def unused_gpu_warnings(
    environ: Mapping[str, str], gpus: int | None = None, *, name_libraries: bool = True
) -> list[str]:
    """A warning if there are NVIDIA GPUs that TensorFlow cannot use; else none.

    `gpus` is how many were asked for: none are missed if it is 0. The warning names the libraries that are missing
    unless `name_libraries` is false: finding them takes as long as importing TensorFlow.
    """
    if gpus == 0 or nvidia.hidden(environ) or tf.config.list_physical_devices("GPU"):
        return []
    given = environ.get(nvidia.VARIABLE)
    if not nvidia.has_driver() and given is None:
        return []
    reason = f"{nvidia.VARIABLE} is {given}" if given else "this machine has an NVIDIA driver"
    missing = [] if nvidia.has_driver() else ["the NVIDIA driver"]
    if nvidia.has_driver() and name_libraries:
        missing = nvidia.missing_libraries()
    found = f" because it does not find {', '.join(missing)}" if missing else ""
    return [f"warning: {reason}, but TensorFlow sees no GPU{found}: this runs on the CPU; {_INSTALL}"]
