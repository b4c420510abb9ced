"""Stage 4: the speed of a training step, against the card's ceiling and against PyTorch's cuDNN LSTM.

Characters are those of real batches, from short to long; `characters` leaves the padding out. `ceiling_share` is the
speed of the step's matrix products against that of one large product in the same number format, which the environment
stage measured.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks import torch_step
from tests.benchmarks.gpu.cases import MODES, Case, all_cases
from tests.benchmarks.gpu.context import ROOT, Context
from tests.benchmarks.gpu.kernel import cudnn_calls, use_kernel
from tests.benchmarks.gpu.results import find_line
from tests.benchmarks.gpu.workload import learn, make_trainer, small_records, spread_batches

BATCHES, OF = 8, 64  # timed batches, from so many of an epoch


def run(context: Context) -> None:
    """Measures case after case in TensorFlow and, where it is installed, in PyTorch, until the time is up."""
    torch = _Torch(context) if torch_step.AVAILABLE else None
    if torch is None:
        context.results.add("pytorch", left_out="not installed")
    trained: dict[str, Any] = {}
    for case in all_cases(context):
        if context.left() < 8:
            context.results.add("out of time", first_left_out=case.name)
            break
        figures = _tensorflow(context, case, trained)
        if torch and not case.alone and torch_step.can_represent(case.config.model):
            theirs = torch.measure(case)
            figures["pytorch"] = theirs
            figures["of_pytorch"] = figures["characters"] / theirs if theirs else 0.0
        context.results.add(case.name, **figures)
    if torch:
        torch.close()


def _tensorflow(context: Context, case: Case, trained: dict[str, Any]) -> dict[str, Any]:
    """Figures of our step; characters a second with and without padding."""
    import tensorflow as tf

    _, tf32, ceiling = MODES[case.mode]
    tf.config.experimental.enable_tensor_float_32_execution(tf32)
    if context.gpus:
        tf.config.experimental.reset_memory_stats("GPU:0")
    with use_kernel(case.kernel):
        trainer = make_trainer(case.config, context.records or small_records(context), context.scratch / "unused")
        calls = cudnn_calls(trainer)  # traces the graph
    batches = spread_batches(trainer, BATCHES if context.gpus else 2, OF if context.gpus else 4)
    arrays = [(batch.parts[0].char_ids.numpy(), batch.parts[0].labels.numpy()) for batch in batches]
    np.savez(
        batches_file(context), **{f"{i}-{j}": array for i, pair in enumerate(arrays) for j, array in enumerate(pair)}
    )
    real = sum(int(np.count_nonzero(char_ids)) for char_ids, _ in arrays)
    places = sum(char_ids.size for char_ids, _ in arrays)

    def all_batches() -> None:
        for number, batch in enumerate(batches):
            learn(trainer, number, batch)

    seconds, launching = _seconds_each(all_batches, trainer.training_step.totals, 1.0 if context.gpus else 0.1)
    flops = 6 * matrix_weights(trainer.tagger) * places
    limit = find_line(context.output_dir, "environment", f"matmul_{ceiling}").get("teraflops")
    return {
        "ms": 1000 * seconds / len(batches),
        "characters": real / seconds,
        "with_padding": places / seconds,
        "teraflops": flops / seconds / 1e12,
        "ceiling_share": flops / seconds / 1e12 / limit if limit else 0.0,
        "python_share": launching / seconds,
        "peak_mb": _peak_megabytes(context),
        "cudnn_calls": calls,
    }


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


def batches_file(context: Context) -> Path:
    """Where the batches of the case in progress are for PyTorch."""
    return context.scratch / "batches.npz"


class _Torch:
    """A process with PyTorch, which finds CUDA libraries of its own."""

    def __init__(self, context: Context) -> None:
        self._context = context
        own = [folder for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":") if ".cuda-" not in folder]
        environment = {**os.environ, "LD_LIBRARY_PATH": ":".join(own)}
        command = [sys.executable, "-u", "-m", "tests.benchmarks.gpu.torch_worker", str(batches_file(context))]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, env=environment, cwd=ROOT, **pipes)  # type: ignore[call-overload]

    def measure(self, case: Case) -> float:
        """Real characters a second of the case's model on the batches that were written; 0 where it fails."""
        job = {
            "model": vars(case.config.model),
            "precision": case.config.training.precision,
            "tf32": MODES[case.mode][1],
        }
        clip_norm = case.config.training.clip_norm
        print(
            json.dumps({**job, "clip_norm": clip_norm, "smoke": not self._context.gpus}),
            file=self._process.stdin,
            flush=True,
        )
        answer = self._process.stdout.readline()
        if not answer:
            return 0.0
        figures = json.loads(answer)
        if "error" in figures:
            self._context.results.add(f"pytorch {case.name}", **figures)
        return figures.get("characters", 0.0)

    def close(self) -> None:
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait()
