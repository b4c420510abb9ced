"""Stage 3: a run that is killed three times ends with the weights of one that is not, bit for bit."""

import json
import shutil
import time
from collections.abc import Sequence

import numpy as np

from ner.settings import values_of
from tests.benchmarks.gpu.context import Context, flags_of
from tests.benchmarks.gpu.presets import load_preset, shrunk, with_training
from tests.benchmarks.gpu.sample_records import small_records

KILLS = 3  # one in the smoke form
PRESET = "bidirectional"  # whose graph is traced soon: a run is started four times
_SIZES = {"batch_size": 64, "max_batch_characters": 0, "validate_every": 10**6}
_LENGTH = {"epochs": 2, "checkpoint_every": 15}
_SMOKE_LENGTH = {"epochs": 6, "checkpoint_every": 5}  # of fewer sentences


def run(context: Context) -> None:
    """Trains with --deterministic and then without, each once undisturbed and once killed, both at the same time."""
    records, kills = small_records(context), KILLS if context.gpus else 1
    preset = load_preset(PRESET)
    config, length = (preset, _LENGTH) if context.gpus else (shrunk(preset), _SMOKE_LENGTH)
    config = with_training(config, **_SIZES, **length)
    for deterministic in (True, False) if context.gpus else (True,):
        arguments = flags_of(values_of(with_training(config, deterministic=deterministic)))
        runs = [_Run(context, arguments, records, number, deterministic) for number in (0, kills)]
        while sum(one.advance() for one in runs) < len(runs):  # all of them, each time
            if context.left() < 3:
                raise RuntimeError(f"out of time; kills made: {[one.kills_made for one in runs]}")
            time.sleep(0.02)
        _compare(context, deterministic, *runs)


class _Run:
    """A training that is killed after each of its first `kills` checkpoints, and then runs to its end."""

    def __init__(
        self, context: Context, arguments: Sequence[str], records: str, kills: int, deterministic: bool
    ) -> None:
        self.folder = context.scratch / f"resume-{'exact' if deterministic else 'free'}-{kills}"
        shutil.rmtree(self.folder, ignore_errors=True)
        self._context = context
        self._arguments = [*arguments, f"--records={records}", f"--workdir={self.folder}"]
        self.kills, self.kills_made = kills, 0
        self._log = context.scratch / f"{self.folder.name}.log"
        self._seen = 0  # step of the latest checkpoint at the last kill
        self._start()

    def _start(self) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            self._process = self._context.program("ner.train", *self._arguments, output=log)

    def advance(self) -> bool:
        """Kills and starts again where that is due; whether the run has ended. Raises RuntimeError where it failed."""
        status = self._process.poll()
        if status is None and self.kills_made < self.kills:
            steps = [int(path.stem.removeprefix("step-")) for path in self.folder.glob("checkpoints/step-*.npz")]
            if steps and max(steps) > self._seen:
                self._seen = max(steps)
                self._process.kill()
                self._process.wait()
                self.kills_made += 1
                self._start()
            return False
        if status:
            raise RuntimeError(f"{self.folder.name} ended with status {status}: {self._shown()}")
        return status == 0

    def _shown(self) -> str:
        return self._log.read_text(encoding="utf-8")[-500:]


def _compare(context: Context, deterministic: bool, whole: _Run, killed: _Run) -> None:
    results = [json.loads((one.folder / "result.json").read_text(encoding="utf-8")) for one in (whole, killed)]
    equal = results[0]["weights_sha256"] == results[1]["weights_sha256"]
    steps = results[0]["steps"]
    last = f"checkpoints/step-{steps:08d}.npz"
    with np.load(whole.folder / last) as one, np.load(killed.folder / last) as other:
        names = [name for name in one.files if name.startswith("weights/")]
        largest = max(float(np.abs(one[name] - other[name]).max()) for name in names)
    figures = {"steps": steps, "kills": killed.kills_made, "equal": equal, "largest_difference": largest}
    if deterministic:
        enough = killed.kills_made == killed.kills
        context.results.check("killed with --deterministic", equal and enough, **figures)
    else:
        context.results.add("killed without --deterministic", **figures)
