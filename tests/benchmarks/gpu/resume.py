"""Stage 3: a run that is killed three times ends with the weights of one that is not, bit for bit."""

import json
import time
from pathlib import Path

import numpy as np

from tests.benchmarks.gpu.context import Context, flags_of
from tests.benchmarks.gpu.workload import (
    load_preset,
    recommended,
    settings_of,
    shrunk,
    small_records,
    with_training,
)

KILLS = 3  # one in the smoke form


def run(context: Context) -> None:
    """Trains with and without --deterministic, each once undisturbed and once killed, all four at the same time."""
    records, killed = small_records(context), KILLS if context.gpus else 1
    every = 40 if context.gpus else 15
    config = load_preset(recommended()) if context.gpus else shrunk(load_preset(recommended()))
    batch_size = 32 if context.gpus else 64
    config = with_training(
        config,
        epochs=2 if context.gpus else 1,
        batch_size=batch_size,
        max_batch_characters=0,
        checkpoint_every=every,
        validate_every=10**6,
    )
    folders = {}
    runs = []
    for deterministic in (True, False) if context.gpus else (True,):
        changed = settings_of(with_training(config, deterministic=deterministic))
        for kills in (0, killed):
            folder = context.scratch / f"resume-{'exact' if deterministic else 'free'}-{kills}"
            folders[deterministic, kills] = folder
            arguments = [*flags_of(changed), f"--records={records}", f"--workdir={folder}"]
            runs.append(_Run(context, arguments, folder, kills))
    while sum(one.advance() for one in runs) < len(runs):  # all of them, each time
        if context.left() < 3:
            raise RuntimeError(f"out of time; kills made: {[one.kills_made for one in runs]}")
        time.sleep(0.02)
    for deterministic in (True, False) if context.gpus else (True,):
        _compare(context, deterministic, folders[deterministic, 0], folders[deterministic, killed], killed)


class _Run:
    """A training that is killed after each of its first checkpoints, so many times, and then left alone."""

    def __init__(self, context: Context, arguments: list[str], folder: Path, kills: int) -> None:
        self._context, self._arguments, self._folder = context, arguments, folder
        self._kills, self.kills_made = kills, 0
        self._seen = 0  # step of the latest checkpoint at the last kill
        self._start()

    def _start(self) -> None:
        self._log = (self._context.scratch / f"{self._folder.name}.log").open("a", encoding="utf-8")
        self._process = self._context.program("ner.train", *self._arguments, output=self._log)

    def advance(self) -> bool:
        """Kills and starts again where that is due; whether the run has ended. Raises RuntimeError where it failed."""
        status = self._process.poll()
        if status is None and self.kills_made < self._kills:
            steps = [int(path.stem.removeprefix("step-")) for path in self._folder.glob("checkpoints/step-*.npz")]
            if steps and max(steps) > self._seen:
                self._seen = max(steps)
                self._process.kill()
                self._process.wait()
                self.kills_made += 1
                self._start()
            return False
        if status:
            raise RuntimeError(f"{self._folder.name} ended with status {status}: {self._shown()}")
        return status == 0

    def _shown(self) -> str:
        return Path(self._log.name).read_text(encoding="utf-8")[-500:]


def _compare(context: Context, deterministic: bool, whole: Path, killed: Path, kills: int) -> None:
    results = [json.loads((folder / "result.json").read_text(encoding="utf-8")) for folder in (whole, killed)]
    equal = results[0]["weights_sha256"] == results[1]["weights_sha256"]
    steps = results[0]["steps"]
    last = f"checkpoints/step-{steps:08d}.npz"
    differences = []
    with np.load(whole / last) as one, np.load(killed / last) as other:
        for name in one.files:
            if name.startswith("weights/"):
                differences.append(float(np.abs(one[name] - other[name]).max()))
    figures = {"steps": steps, "kills": kills, "equal": equal, "largest_difference": max(differences)}
    if deterministic:
        context.results.check("killed with --deterministic", equal, **figures)
    else:
        context.results.add("killed without --deterministic", **figures)
