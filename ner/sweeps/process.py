"""A training in a process of its own, which holds a lock on its folder for as long as it lives."""

import ctypes
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ner.cores import available_cores
from ner.gpus import VARIABLE, share_of_gpus, visible_gpus
from ner.signals import RUN_AGAIN
from ner.sweeps.grid import Trial

LOG = "train.log"
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of Linux' prctl.h


def command(trial: Trial, arguments: Sequence[str], workdir: str) -> list[str]:
    """What starts a trial: its own flags win over `arguments`, which all trials have.

    Each is alone on this machine, also where the sweep is one of several tasks of a scheduler.
    """
    return [sys.executable, "-m", "ner.train", "--cluster=local", *arguments, *trial.flags, f"--workdir={workdir}"]


def environment(slot: int, jobs: int, own: Mapping[str, str]) -> dict[str, str]:
    """The environment of training number `slot` of `jobs` at a time: `own` with its share of the GPUs and cores.

    The share of the cores is the default: threads that `own` sets stay as they are.
    """
    if jobs == 1:
        return dict(own)
    share = share_of_gpus(visible_gpus(own), slot, jobs)
    gpus = {VARIABLE: ",".join(share)} if share else {}
    threads = str(max(1, available_cores() // jobs))
    return {"TF_NUM_INTRAOP_THREADS": threads, "TF_NUM_INTEROP_THREADS": threads, **own, **gpus}


class TrialProcess:
    """A training that has begun, with its output at the end of `train.log` in its folder.

    It inherits `held`, its folder's lock, so that the folder stays locked even where the sweep is killed before it. It
    is asked to save and leave when this process dies, on Linux. It is in a session of its own: a terminal's Ctrl-C
    reaches the sweep alone, which asks each training once.
    """

    def __init__(self, arguments: Sequence[str], folder: Path, held: int, environment: Mapping[str, str]) -> None:
        self._started = time.monotonic()
        self._log = folder / LOG
        with self._log.open("ab") as log:
            log.write(f"$ {shlex.join(arguments)}\n".encode())
            log.flush()
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                arguments,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
                pass_fds=[held],
                start_new_session=True,
                preexec_fn=_leave_with_parent(),  # noqa: PLW1509 - no other thread runs Python
            )

    @property
    def seconds(self) -> float:
        """Time since it was started."""
        return time.monotonic() - self._started

    def exit_status(self) -> int | None:
        """Its exit status, negative for the signal that killed it; None while it runs."""
        return self._process.poll()

    def stop(self) -> None:
        """Asks it to save and leave."""
        self._process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it at once."""
        self._process.kill()
        self._process.wait()

    def last_error(self) -> str:
        """Why it failed: the signal that killed it, or the last line that it printed and that names an error."""
        status = self._process.returncode
        if status < 0:
            return f"killed by signal {-status} ({signal.strsignal(-status)})"
        with self._log.open("rb") as log:
            log.seek(self._log_start)
            lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        named = [line for line in lines if re.search(r"error\b|FATAL", line, re.IGNORECASE)]
        return (named or lines or [f"exit status {status}, and not a word"])[-1].strip()


def _leave_with_parent() -> Callable[[], None] | None:
    """What a new process does first, so that the death of this one, however it dies, is a SIGTERM to it."""
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def ask() -> None:
        libc.prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # it died before it was asked
            os._exit(RUN_AGAIN)

    return ask
