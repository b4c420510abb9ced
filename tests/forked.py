"""Processes for tests of several workers: forks of one that has imported TensorFlow, so that each starts at once.

That is sound because the fork server has one thread and has computed nothing: TensorFlow begins its threads with the
first operation.
"""

import json
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent


def fork_server(monkeypatch):
    """Sets up the server of this test process; what it imports is imported once."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # NumPy's would begin when it is imported
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ner.training.launch"])
    return context


def tf_config(ports, index):
    """TF_CONFIG of a worker on this machine."""
    cluster = {"worker": [f"127.0.0.1:{port}" for port in ports]}
    return json.dumps({"cluster": cluster, "task": {"type": "worker", "index": index}})


def _train(arguments, config, log, first):
    os.environ.pop("TF_CONFIG", None)
    if config:
        os.environ["TF_CONFIG"] = config
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    sys.stdout, sys.stderr = (open(number, "w", buffering=1, closefd=False) for number in (1, 2))  # noqa: SIM115
    multiprocessing.set_start_method(None, force=True)  # as in a program: tqdm's lock leaves nothing to clean up
    sys.argv = ["ner-train", *arguments]
    from ner import train

    first()
    train.cli()


def nothing():
    """What a worker does first, if not told otherwise."""


class Training:
    """`python -m ner.train` with such arguments, as one worker, after a call of `first` in its process.

    What it prints goes to the file `log`.
    """

    def __init__(self, context, arguments, log, config="", first=nothing):
        self._log = Path(log)
        self._process = context.Process(target=_train, args=(arguments, config, str(log), first))
        self._process.start()

    @property
    def shown(self):
        """What it has printed."""
        return self._log.read_text() if self._log.exists() else ""

    def wait_for(self, text, seconds=120):
        """Until it has printed the text."""
        deadline = time.monotonic() + seconds
        while text not in self.shown:
            assert self._process.is_alive(), self.shown
            assert time.monotonic() < deadline, self.shown
            time.sleep(0.02)

    def signal(self, number):
        """Sends a signal."""
        os.kill(self._process.pid, number)

    def status(self, seconds=120):
        """Its exit status, negative for the signal that ended it."""
        self._process.join(seconds)
        if self._process.is_alive():
            self._process.kill()
            raise AssertionError(f"it has not ended after {seconds} s: {self.shown}")
        return self._process.exitcode

    def end(self):
        """Kills it, if it lives."""
        if self._process.is_alive():
            os.kill(self._process.pid, signal.SIGCONT)
            self._process.kill()
            self._process.join()
