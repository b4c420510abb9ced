"""A disk that is full while a run saves."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from ner.errors import InputError


@contextmanager
def explain_full_disk() -> Iterator[None]:
    """Within it a run writes; where there is no room left, an `InputError` says what to do."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        where = f"{error.filename}: " if error.filename else ""
        raise InputError(
            f"{where}{error.strerror}; make room, and the same command carries on from the latest checkpoint"
        ) from error
