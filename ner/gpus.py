"""The NVIDIA GPUs of this machine, found without TensorFlow."""

import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "CUDA_VISIBLE_DEVICES"
_HIDDEN = ("", "-1", "NoDevFiles")  # values that hide all GPUs; the last one is Slurm's
_NAMING = "Could not load dynamic library '"  # how TensorFlow's dso_loader names a library that is missing
_LIST_DEVICES = "import tensorflow as tf; tf.config.list_physical_devices('GPU')"


def hidden(environ: Mapping[str, str]) -> bool:
    """Whether the environment hides all GPUs from this process."""
    return environ.get(VARIABLE, "0") in _HIDDEN


def visible_gpus(environ: Mapping[str, str], proc: Path = Path("/proc/driver/nvidia")) -> list[str]:
    """The GPUs that a process of this environment may use, as CUDA_VISIBLE_DEVICES names them."""
    if VARIABLE in environ:
        return [] if hidden(environ) else environ[VARIABLE].split(",")
    folder = proc / "gpus"  # a folder for each GPU
    return [str(index) for index in range(len(list(folder.iterdir())))] if folder.is_dir() else []


def share_of_gpus(gpus: list[str], slot: int, slots: int) -> list[str]:
    """The GPUs of process number `slot` of `slots`. Fewer GPUs than processes are used by several of them."""
    if not gpus:
        return []
    return gpus[slot::slots] if len(gpus) >= slots else [gpus[slot % len(gpus)]]


def has_driver() -> bool:
    """Whether this machine has NVIDIA's driver."""
    return (
        Path("/proc/driver/nvidia/version").exists()
        or shutil.which("nvidia-smi") is not None
        or ctypes.util.find_library("cuda") is not None
    )


def missing_libraries(seconds: float = 120) -> list[str]:
    """The CUDA libraries that TensorFlow looks for and does not find, such as `libcudnn.so.9`.

    TensorFlow names them only in its most detailed log, which is on or off for the life of a process: a second process
    looks for the devices and its log is read. It takes as long as importing TensorFlow.
    """
    environ = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "0", "TF_CPP_VMODULE": "dso_loader=1"}
    command = [sys.executable, "-c", _LIST_DEVICES]
    try:
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return []
    return libraries_named(done.stderr)


def libraries_named(log: str) -> list[str]:
    """The libraries that a log of TensorFlow names as missing, each once."""
    return list(dict.fromkeys(line.split(_NAMING)[1].split("'")[0] for line in log.splitlines() if _NAMING in line))
