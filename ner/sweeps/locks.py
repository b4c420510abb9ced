"""Locks that end with the processes that hold them, however those end."""

import fcntl
import os
from pathlib import Path

from ner.errors import InputError

FILE_NAME = "sweep.lock"


def lock(folder: Path, wait: bool = False) -> int | None:
    """A descriptor that locks the folder until it is closed, here and in processes that inherit it.

    None where another process holds the lock, unless it is waited for. Makes the folder. Raises `InputError` where the
    file system has no locks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(folder / FILE_NAME, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError as error:
        os.close(descriptor)
        raise InputError(
            f"{folder}: cannot be locked ({error.strerror}); give an --output_dir on a file system that has locks"
        ) from None
    return descriptor
