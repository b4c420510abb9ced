"""One function over many tasks, in this process or in several."""

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from typing import Any, Protocol

from ner.cores import available_cores
from ner.errors import InputError

BYTES_PER_WORKER = 1 << 22  # are read in about the time that it takes to start a process


class Map(Protocol):
    """The part of the built-in `map` that is used here: results in the order of the tasks."""

    def __call__(self, function: Callable[[Any], Any], tasks: Iterable[Any], /) -> Iterator[Any]:
        """`function(task)` of each task."""


def useful_workers(num_bytes: int) -> int:
    """How many processes pay for that many bytes of input: one for every few megabytes, as far as there are cores."""
    return min(available_cores(), 1 + num_bytes // BYTES_PER_WORKER)


@contextlib.contextmanager
def parallel_map(workers: int) -> Iterator[Map]:
    """A `map` that runs in `workers` processes; with 1 it is the built-in `map`.

    Leaving the block by an exception stops the processes at once, in the middle of a task; so does the death of this
    process, however it dies. Raises `InputError` if a worker process was killed.
    """
    if workers == 1:
        yield map
        return
    context = multiprocessing.get_context("spawn")
    far_end, lifeline = context.Pipe(duplex=False)
    executor = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(far_end,))
    try:
        yield executor.map
        executor.shutdown()
    except BrokenProcessPool:
        raise InputError(
            "a worker process was killed from outside, often because memory ran out; try again with fewer --workers"
        ) from None
    finally:
        lifeline.close()
        executor.shutdown(cancel_futures=True)
        far_end.close()


def _start_worker(lifeline: Connection) -> None:
    # Ctrl-C reaches the whole process group: the parent alone answers it, and drops the lifeline.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_exit_without_parent, args=(lifeline,), daemon=True).start()


def _exit_without_parent(lifeline: Connection) -> None:
    """Ends this process when the other end of `lifeline` is closed, which also happens when its owner is killed."""
    with contextlib.suppress(EOFError):
        lifeline.recv()
    os._exit(1)
