"""Programs as forks of a process that has imported TensorFlow, so that each starts at once, without its four seconds.

That is sound because the fork server has one thread and has computed nothing: TensorFlow begins its threads with the
first operation.
"""

import json
import multiprocessing
import os
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from unittest import mock

from absl import flags

ROOT = Path(__file__).parent.parent


_ENVIRONMENT = {
    "PYTHONPATH": str(ROOT),
    "CUDA_VISIBLE_DEVICES": "-1",
    "OPENBLAS_NUM_THREADS": "1",  # NumPy's threads would begin when it is imported
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


def fork_server():
    """The server of this test process, which starts with the first call; what it imports is imported once."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.light_tensorflow"])
    with mock.patch.dict(os.environ, _ENVIRONMENT):
        forkserver.ensure_running()
    return context


class Program:
    """`python -m MODULE ARGUMENTS` as a fork; what it prints goes to two files of its own.

    It has the attributes and methods of `subprocess.Popen` that tests need. `streams` are descriptors that take the
    place of those files, by number: {1: descriptor} is its standard output. It owns them, and they are closed here.
    `first` is called in its process before.
    """

    def __init__(self, module, *arguments, cwd=None, input=b"", environment=None, text=False, streams=None, first=None):
        folder = tempfile.mkdtemp()
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self._streams = [Path(folder) / name for name in ("input", "output", "errors")]
        self._streams[0].write_bytes(input)
        self.args = [module, *map(str, arguments)]
        self._text = text
        variables = {**os.environ, **_ENVIRONMENT, **(environment or {})}
        where = str(cwd or Path.cwd())
        given = {number: Connection(descriptor) for number, descriptor in (streams or {}).items()}
        opened = [given.get(number, path) for number, path in enumerate(self._streams)]
        self._process = fork_server().Process(target=_run, args=(self.args, where, variables, opened, first or nothing))
        self._process.start()
        for one in given.values():
            one.close()
        self.pid = self._process.pid

    @property
    def returncode(self):
        """Its exit status, negative for the signal that ended it; None while it runs."""
        return self._process.exitcode

    def poll(self):
        """As `returncode`."""
        return self._process.exitcode

    def wait(self, timeout=None):
        """Its exit status, once it has one. Raises `subprocess.TimeoutExpired` as Popen does."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired(self.args, timeout)
        return self._process.exitcode

    def communicate(self, timeout=None):
        """What it has printed on both streams, bytes or with `text` str, once it has ended."""
        self.wait(timeout)
        shown = [path.read_bytes() if path.exists() else b"" for path in self._streams[1:]]
        return tuple(one.decode() for one in shown) if self._text else tuple(shown)

    def send_signal(self, number):
        """Sends a signal, if it lives."""
        if self._process.is_alive():
            os.kill(self.pid, number)

    def kill(self):
        """Kills it, if it lives."""
        self.send_signal(signal.SIGKILL)


def run_program(module, *arguments, timeout=280, **options):
    """A program's `subprocess.CompletedProcess`; `options` are those of `Program`."""
    program = Program(module, *arguments, **options)
    try:
        shown = program.communicate(timeout)
    finally:
        program.kill()
    return subprocess.CompletedProcess(program.args, program.returncode, *shown)


def _run(command, folder, variables, streams, first):
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    for number, stream in enumerate(streams):
        given = isinstance(stream, Connection)
        descriptor = os.dup(stream.fileno()) if given else os.open(stream, os.O_RDWR | os.O_CREAT)
        os.dup2(descriptor, number)
        os.close(descriptor)
        if given:
            stream.close()
    sys.stdin, sys.stdout, sys.stderr = (open(number, "w" if number else "r", closefd=False) for number in range(3))  # noqa: SIM115
    multiprocessing.set_start_method(None, force=True)  # as in a program: tqdm's lock leaves nothing to clean up
    first()
    module, *arguments = command
    sys.argv = [module, *arguments]  # whose first one becomes the module's file
    for name in list(flags.FLAGS):
        if not flags.FLAGS.find_module_defining_flag(name).startswith("absl."):  # of the program that this is a fork of
            delattr(flags.FLAGS, name)
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def fork_what_is_started():
    """Makes what this process starts a fork of it: by `subprocess.run` of `python -m`, or by a fork server.

    For a program that computes nothing itself.
    """

    def run_fork(command, input="", **_):
        _, _, module, *arguments = command
        done = run_program(module, *arguments, input=input.encode(), text=True)
        sys.stderr.write(done.stderr)
        return done

    fork = multiprocessing.get_context("fork")
    multiprocessing.get_context = lambda _: fork
    forkserver.ensure_running = nothing
    subprocess.run = run_fork


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


def draw_blank_pictures():
    """Makes the confusion matrices of this process blank: drawn, they are a fifth of a small run's time."""
    import numpy as np  # not above: in the process of a test that starts programs

    from ner.evaluation.reports import figures

    figures.confusion_rgb = lambda *_: np.zeros([8, 8, 3], np.uint8)


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

    def wait_for(self, text, seconds=280):
        """Until it has printed the text."""
        deadline = time.monotonic() + seconds
        while text not in self.shown:
            assert self._process.is_alive(), self.shown
            assert time.monotonic() < deadline, self.shown
            time.sleep(0.02)

    def signal(self, number):
        """Sends a signal."""
        os.kill(self._process.pid, number)

    def status(self, seconds=280):
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
