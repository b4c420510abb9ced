"""What a stage is given: where to write, what to train on, and how long it may take."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tests.benchmarks.gpu.results import Results

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, kw_only=True)
class Context:
    """One stage's surroundings.

    `records` is a folder of TFRecords, `scratch` one that all stages share and that does not come back, `gpus` how many
    TensorFlow sees. Without any, a stage takes its smoke form: the same code, small sizes, on the CPU.
    """

    stage: str
    output_dir: Path
    scratch: Path
    records: str
    gpus: int
    seconds: float
    _started: float = field(default_factory=time.monotonic)

    @property
    def results(self) -> Results:
        """Where the stage's lines go."""
        return Results(self.output_dir, self.stage)

    def left(self) -> float:
        """Seconds until the stage is killed."""
        return self.seconds - (time.monotonic() - self._started)

    def program(
        self,
        module: str,
        *arguments: str,
        cpu_only: bool = False,
        environment: Mapping[str, str] | None = None,
        output: IO[str] | int = subprocess.DEVNULL,
    ) -> "subprocess.Popen[str]":
        """A program of the project as a process of this process' group; `output` takes its standard output.

        Its environment is this process' one with the variables of `environment`.
        """
        command = [sys.executable, "-u", "-m", module, *arguments]
        variables = {**(cpu_environment() if cpu_only else os.environ), **(environment or {})}
        return subprocess.Popen(command, stdout=output, text=True, env=variables, cwd=ROOT)

    def run_program(self, module: str, *arguments: str, cpu_only: bool = False) -> str:
        """What a program printed. Raises RuntimeError with its last lines where it fails or outlasts the stage."""
        process = self.program(module, *arguments, cpu_only=cpu_only, output=subprocess.PIPE)
        try:
            shown, _ = process.communicate(timeout=max(1.0, self.left()))
        except subprocess.TimeoutExpired:
            process.kill()
            raise RuntimeError(f"{module} was not done when the stage's {self.seconds:.0f} s were over") from None
        if process.returncode:
            raise RuntimeError(f"{module} ended with exit status {process.returncode}: {shown[-500:]}")
        return shown


def cpu_environment() -> dict[str, str]:
    """An environment in which TensorFlow sees no GPU."""
    return {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}


def flags_of(settings: dict[str, object]) -> Sequence[str]:
    """Settings as flags of a program."""
    return [f"--{name}={value}" for name, value in settings.items()]
