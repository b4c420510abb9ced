"""Stage 1: which GPU, driver and libraries TensorFlow sees, and how fast this card multiplies matrices."""

import ctypes
import subprocess
import time
from collections.abc import Callable

from tests.benchmarks.gpu.context import Context

LIBRARIES = [
    "libcuda.so.1", "libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcudnn.so.9", "libcufft.so.11",
    "libcusolver.so.11", "libcusparse.so.12", "libnccl.so.2", "libcupti.so.12",
]  # fmt: skip
CEILINGS = ("float32", "tf32", "bfloat16", "float16")


def run(context: Context) -> None:
    """Writes `devices` first, which the other stages go by; then versions, missing libraries and ceilings."""
    import keras
    import numpy as np
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    details = [tf.config.experimental.get_device_details(gpu) for gpu in gpus]
    names = [one.get("device_name", "unknown") for one in details]
    context.results.add(
        "devices", gpus=len(gpus), names=names, capability=[str(one.get("compute_capability")) for one in details]
    )
    built = tf.sysconfig.get_build_info()
    context.results.add(
        "versions",
        tensorflow=tf.__version__,
        keras=keras.__version__,
        numpy=np.__version__,
        built_with=f"CUDA {built.get('cuda_version')}, cuDNN {built.get('cudnn_version')}",
        cuda_runtime=_number("libcudart.so.12", "cudaRuntimeGetVersion"),
        driver_supports=_number("libcuda.so.1", "cuDriverGetVersion"),
        cudnn=_result("libcudnn.so.9", "cudnnGetVersion"),
        nvidia_smi=_nvidia_smi(),
    )
    missing = [name for name in LIBRARIES if not _opens(name)]
    context.results.add("libraries", missing=missing)
    for kind in CEILINGS if gpus else CEILINGS[:1]:
        size = 8192 if gpus else 256
        context.results.add(f"matmul_{kind}", size=size, teraflops=_matmul_teraflops(kind, size, 0.4 if gpus else 0.05))


def _matmul_teraflops(kind: str, size: int, seconds: float) -> float:
    """10^12 floating-point operations a second of products of two random matrices [size, size]."""
    import tensorflow as tf

    tf.config.experimental.enable_tensor_float_32_execution(kind != "float32")
    dtype = "float32" if kind == "tf32" else kind
    left, right = (tf.cast(tf.random.stateless_normal([size, size], (0, i)), dtype) for i in range(2))
    multiply = tf.function(lambda a, b: tf.reduce_max(tf.matmul(a, b)), jit_compile=False)
    each = timed(lambda: multiply(left, right), lambda value: value.numpy(), seconds)
    return 2 * size**3 / each / 1e12


def timed(launch: Callable[[], object], wait: Callable[[object], object], seconds: float) -> float:
    """Seconds of one call of `launch`, from at least `seconds` of calls; `wait` returns when a call is done."""
    wait(launch())
    start = time.perf_counter()
    wait(launch())
    calls = max(3, int(seconds / max(1e-6, time.perf_counter() - start)))
    start = time.perf_counter()
    for _ in range(calls):
        last = launch()
    wait(last)
    return (time.perf_counter() - start) / calls


def _opens(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def _number(library: str, function: str) -> int | None:
    """What a library writes to the int that its function is given a pointer to."""
    value = ctypes.c_int(0)
    try:
        getattr(ctypes.CDLL(library), function)(ctypes.byref(value))
    except (OSError, AttributeError):
        return None
    return value.value


def _result(library: str, function: str) -> int | None:
    try:
        call = getattr(ctypes.CDLL(library), function)
    except (OSError, AttributeError):
        return None
    call.restype = ctypes.c_size_t
    return int(call())


def _nvidia_smi() -> str:
    query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total,clocks.max.sm", "--format=csv,noheader"]
    try:
        return subprocess.run(query, capture_output=True, text=True, timeout=20, check=False).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return "not there"
