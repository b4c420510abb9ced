"""A process with PyTorch beside this one, which measures the same cases on the same batches."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence

import numpy as np

from tests.benchmarks.gpu.cases import MODES, Case
from tests.benchmarks.gpu.context import ROOT, Context


class TorchProcess:
    """`tests.benchmarks.gpu.torch_worker`, with an environment in which PyTorch finds CUDA libraries of its own."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._batches = context.scratch / "batches.npz"
        own = [folder for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":") if ".cuda-" not in folder]
        self._process = subprocess.Popen(
            [sys.executable, "-u", "-m", "tests.benchmarks.gpu.torch_worker", str(self._batches)],
            env={**os.environ, "LD_LIBRARY_PATH": ":".join(own)},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def measure(self, case: Case, batches: Sequence[tuple[np.ndarray, np.ndarray]]) -> float:
        """Real characters a second of the case's model on batches of ids and labels; 0, and a line, where it fails."""
        np.savez(self._batches, **{f"{i}-{j}": pair[j] for i, pair in enumerate(batches) for j in range(2)})
        job = {
            "model": vars(case.config.model),
            "precision": case.config.training.precision,
            "clip_norm": case.config.training.clip_norm,
            "tf32": MODES[case.mode][1],
            "smoke": not self._context.gpus,
        }
        try:
            print(json.dumps(job), file=self._process.stdin, flush=True)
        except BrokenPipeError:
            return 0.0
        figures = json.loads(self._process.stdout.readline() or '{"error": "the process has ended"}')
        if "error" in figures:
            self._context.results.add(f"pytorch {case.name}", **figures)
        return figures.get("characters", 0.0)

    def close(self) -> None:
        """Ends the process."""
        self._process.stdin.close()
        self._process.wait()
