"""Stage 4: the speed of a training step, against the card's ceiling, PyTorch's cuDNN LSTM and today's plain Keras.

Characters are those of real batches, from short to long; `characters` leaves the padding out. `ceiling_share` is the
speed of the step's matrix products against that of one large product in the same number format, which the environment
stage measured. `python_share` is the share of the time until Python has its turn again: what it and launches take.
"""

import time
from typing import Any

import numpy as np

from tests.benchmarks import torch_step
from tests.benchmarks.gpu import keras_2019
from tests.benchmarks.gpu.cases import MODES, Case, all_cases
from tests.benchmarks.gpu.context import Context
from tests.benchmarks.gpu.results import find_line
from tests.benchmarks.gpu.sample_records import small_records
from tests.benchmarks.gpu.session import Session, char_ids_and_labels, spread_batches
from tests.benchmarks.gpu.torch_process import TorchProcess

BATCHES, OF = 8, 64  # timed batches, and batches of an epoch that they are spread over


def run(context: Context) -> None:
    """Measures case after case in TensorFlow and, where it is installed, in PyTorch, until the time is up."""
    torch = TorchProcess(context) if torch_step.AVAILABLE else None
    if torch is None:
        context.results.add("pytorch", left_out="not installed")
    for case in all_cases(context):
        if context.left() < 8:
            context.results.add("out of time", first_left_out=case.name)
            break
        figures = _measure(context, case, torch)
        context.results.add(case.name, **figures)
    if torch:
        torch.close()
    keras_2019.measure(context)


def _measure(context: Context, case: Case, torch: TorchProcess | None) -> dict[str, Any]:
    """Figures of our step, and of PyTorch's on the same batches; characters a second with and without padding."""
    import tensorflow as tf

    _, tf32, ceiling = MODES[case.mode]
    tf.config.experimental.enable_tensor_float_32_execution(tf32)
    if context.gpus:
        tf.config.experimental.reset_memory_stats("GPU:0")
    session = Session(case.config, context.records or small_records(context))
    calls = session.cudnn_calls()  # traces the graph
    batches = spread_batches(session, BATCHES if context.gpus else 2, OF if context.gpus else 4)
    arrays = [char_ids_and_labels(batch) for batch in batches]
    real = sum(int(np.count_nonzero(char_ids)) for char_ids, _ in arrays)
    places = sum(char_ids.size for char_ids, _ in arrays)

    def one_by_one() -> None:
        for number, batch in enumerate(batches):
            session.learn(number, batch)

    updates = case.config.training.steps_per_call
    work = one_by_one if updates == 1 else session.several(batches)
    seconds, launching = _seconds_each(work, session.wait, 1.0 if context.gpus else 0.1)
    seconds, launching = (value * len(batches) / max(updates, len(batches)) for value in (seconds, launching))
    teraflops = 6 * matrix_weights(session.tagger) * places / seconds / 1e12
    limit = find_line(context.output_dir, "environment", f"matmul_{ceiling}").get("teraflops")
    figures = {
        "ms": 1000 * seconds / len(batches),
        "characters": real / seconds,
        "with_padding": places / seconds,
        "teraflops": teraflops,
        "ceiling_share": teraflops / limit if limit else 0.0,
        "python_share": launching / seconds,
        "peak_mb": _peak_megabytes(context),
        "cudnn_calls": calls,
    }
    if torch and not case.alone and torch_step.can_represent(case.config.model):
        theirs = torch.measure(case, arrays)
        figures |= {"pytorch": theirs, "of_pytorch": figures["characters"] / theirs if theirs else 0.0}
    return figures


def _seconds_each(work: Any, wait: Any, at_least: float) -> tuple[float, float]:
    """Seconds of one call of `work` until it is done, and until it has returned: what Python and launches take."""
    work()
    wait()
    start = time.perf_counter()
    work()
    wait()
    calls = max(2, int(at_least / (time.perf_counter() - start)))
    start = time.perf_counter()
    for _ in range(calls):
        work()
    launched = time.perf_counter() - start
    wait()
    return (time.perf_counter() - start) / calls, launched / calls


def matrix_weights(tagger: Any) -> int:
    """Weights that each character is multiplied with: those of all matrices but tables of embeddings."""
    matrices = [v for v in tagger.trainable_variables if len(v.shape) == 2 and "embedding" not in v.path]
    return sum(int(np.prod(matrix.shape)) for matrix in matrices)


def _peak_megabytes(context: Context) -> int:
    import tensorflow as tf

    return tf.config.experimental.get_memory_info("GPU:0")["peak"] >> 20 if context.gpus else 0
