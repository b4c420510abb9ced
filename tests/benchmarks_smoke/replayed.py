"""A fake training, for stages of the GPU check that are tested for what they do with a finished run."""

import json
import shutil
import signal
from pathlib import Path

import numpy as np

from tests.benchmarks.gpu.presets import parse_flags

STEPS, CHECKPOINT_EVERY = 15, 5


class ReplayedTraining:
    """Stands in for a process of `ner.train`, as `Context.program` returns it.

    Each `poll` writes one more checkpoint. It resumes from the latest one, and ends with the logs of another run. Its
    weights are the same in every run, or with `exact=False` those of the step at which it started or resumed, as if
    resuming were not exact.
    """

    def __init__(self, arguments, logs, *, exact=True):
        flags = dict(one.removeprefix("--").split("=", 1) for one in arguments)
        self._work = Path(flags.pop("workdir"))
        assert (Path(flags.pop("records")) / "dataset.json").exists()
        parse_flags([f"--{name}={value}" for name, value in flags.items()])  # each is one of ner.train
        self._logs = logs
        self._checkpoints = self._work / "checkpoints"
        self._checkpoints.mkdir(parents=True, exist_ok=True)
        self._step = max((int(path.stem.removeprefix("step-")) for path in self._checkpoints.iterdir()), default=0)
        self._kernel = np.full(3, 0.5 if exact else self._step, np.float32)
        self.returncode = None

    def poll(self):
        """Its exit status, or None after it wrote one more checkpoint."""
        if self.returncode is None and self._step == STEPS:
            self._end()
        elif self.returncode is None:
            self._step += CHECKPOINT_EVERY
            np.savez(self._checkpoints / f"step-{self._step:08d}.npz", **{"weights/kernel": self._kernel})
        return self.returncode

    def wait(self, timeout=None):
        """Its exit status at its end."""
        while self.poll() is None:
            pass
        return self.returncode

    def kill(self):
        """As `subprocess.Popen.kill`."""
        self.returncode = -signal.SIGKILL

    def _end(self):
        result = {"steps": self._step, "weights_sha256": self._kernel.tobytes().hex()}
        (self._work / "result.json").write_text(json.dumps(result))
        shutil.copytree(self._logs, self._work / "logs", dirs_exist_ok=True)
        self.returncode = 0
