"""A worker that is gone, as the others come to know of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from ner.cluster.control_channel import Links
from ner.errors import InputError, LostWorkerError

_FAILURES = (
    tf.errors.UnavailableError,
    tf.errors.DeadlineExceededError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.InternalError,
    tf.errors.UnknownError,
)
_LINK_SECONDS = 2.0  # after which a connection to a dead process is closed
_ROLL_CALL_SECONDS = 5.0  # in which all workers come to know that something failed


@contextmanager
def explain_lost_workers(links: Links) -> Iterator[None]:
    """Within it, workers compute together; where one is gone or stuck, `LostWorkerError` says so on all others."""
    try:
        yield
    except _FAILURES as error:
        if not links.addresses:
            raise
        links.wait_lost(_LINK_SECONDS)
        if isinstance(error, tf.errors.InternalError | tf.errors.UnknownError):
            raise  # all workers are there: it was something else
        links.call_roll(_ROLL_CALL_SECONDS)
        raise LostWorkerError(f"the workers lost touch: {_said(error)}") from error


def diagnose_timeout(links: Links, seconds: float) -> InputError | LostWorkerError:
    """Which worker the others have waited for in vain for so many seconds, or why it left."""
    try:
        links.call_roll(_ROLL_CALL_SECONDS)
    except (InputError, LostWorkerError) as error:
        return error
    return LostWorkerError(f"no worker got any further for {seconds:g} s (--collective_timeout), although all answer")


def _said(error: tf.errors.OpError) -> str:
    """What an operation said, without where it stands in our code."""
    return " ".join(error.message.split("\n\n")[-1].split())[:300]
