"""Turns TensorFlow's errors after the loss of a worker into one that names the worker."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from ner.cluster.control_channel import ControlChannel
from ner.errors import InputError, LostWorkerError

_FAILURES = (
    tf.errors.UnavailableError,
    tf.errors.DeadlineExceededError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.InternalError,
    tf.errors.UnknownError,
)
_CLOSE_SECONDS = 2.0  # by then the connection to a dead process is closed
_BARRIER_SECONDS = 5.0  # by then all workers have noticed the failure


@contextmanager
def explain_lost_workers(channel: ControlChannel) -> Iterator[None]:
    """Context manager that raises `LostWorkerError` on all other workers if one is lost or hangs in the block."""
    try:
        yield
    except _FAILURES as error:
        if not channel.addresses:
            raise
        channel.check(_CLOSE_SECONDS)
        if isinstance(error, tf.errors.InternalError | tf.errors.UnknownError):
            raise  # all workers are connected: the error has another cause
        channel.barrier(_BARRIER_SECONDS)
        raise LostWorkerError(f"the connection between workers failed: {_message(error)}") from error


def diagnose_timeout(channel: ControlChannel, seconds: float) -> InputError | LostWorkerError:
    """The error to report when workers waited `seconds` for one another: which one hangs, or why it left."""
    try:
        channel.barrier(_BARRIER_SECONDS)
    except (InputError, LostWorkerError) as error:
        return error
    return LostWorkerError(
        f"no worker made progress for {seconds:g} s, although all answer; --collective_timeout sets this limit (before "
        "the first update also --startup_timeout)"
    )


def _message(error: tf.errors.OpError) -> str:
    """The message of an operation on one line, without the stack trace; at most 300 characters."""
    return " ".join(error.message.split("\n\n")[-1].split())[:300]
