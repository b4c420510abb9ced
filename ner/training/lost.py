"""A worker that is gone, as the others come to know of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from ner.cluster.links import Links
from ner.errors import LostWorkerError

_FAILURES = (
    tf.errors.UnavailableError,
    tf.errors.DeadlineExceededError,
    tf.errors.AbortedError,
    tf.errors.CancelledError,
    tf.errors.InternalError,
    tf.errors.UnknownError,
)
_LINK_SECONDS = 2.0  # after which a connection to a dead process is closed


@contextmanager
def naming_lost_workers(links: Links) -> Iterator[None]:
    """Within it, workers compute together; where one is gone or stuck, `LostWorkerError` says so on all others."""
    try:
        yield
    except _FAILURES as error:
        if not links.addresses:
            raise
        links.wait_lost(_LINK_SECONDS)
        if isinstance(error, tf.errors.InternalError | tf.errors.UnknownError):
            raise  # all workers are there: it was something else
        raise LostWorkerError(f"the workers lost touch: {error.message.splitlines()[0][:300]}") from error
