"""The lock of a work folder: one training at a time, so that no two write the same checkpoints and curves.

On a local or network file system it is a lock of the operating system, which ends with its process however that ends.
Object stores have no locks: there a token file names the holder, who renews it as long as it lives.
"""

import contextlib
import errno
import fcntl
import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ner import files
from ner.errors import InputError

FILE_NAME = "train.lock"
RENEW_SECONDS = 10.0
SETTLE_SECONDS = 2.0  # from writing a token to reading it: longer than another one takes from looking to writing
ABANDONED_SECONDS = 60.0  # a token that is not renewed for this long is that of a killed process

_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP)  # of a file system


@contextlib.contextmanager
def lock_for_training(folder: str) -> Iterator[None]:
    """Context manager that holds the lock of a work folder, which it creates if missing.

    Raises `InputError` that names host, process and start of the training that holds it.
    """
    files.make_folders(folder)
    path = files.join(folder, FILE_NAME)
    descriptor = None if files.is_remote(folder) else _lock_file(folder, path)
    if descriptor is None:
        with _token_file(folder, path):
            yield
        return
    try:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps(_this_process()).encode())
        yield
    finally:
        os.close(descriptor)


def _lock_file(folder: str, path: str) -> int | None:
    """The descriptor of a locked file; None where the file system has no locks."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise _held(folder, _read(path)) from None
        if error.errno in _NO_LOCKS:
            return None
        raise
    return descriptor


@contextlib.contextmanager
def _token_file(folder: str, path: str) -> Iterator[None]:
    """Holds the lock by a file that is renewed all the time, and removed at the end."""
    _wait_for_abandoned(folder, path)
    holder = _this_process()
    _write(path, holder)
    time.sleep(SETTLE_SECONDS)
    if _read(path).get("token") != holder["token"]:  # another one came at the same time, and wrote last
        raise _held(folder, _read(path))
    released = threading.Event()

    def renew() -> None:
        count = 0
        while not released.wait(RENEW_SECONDS):
            count += 1
            with contextlib.suppress(OSError):  # the next renewal may succeed
                _write(path, {**holder, "renewals": count})

    thread = threading.Thread(target=renew, name="work folder lock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        released.set()
        thread.join()
        with contextlib.suppress(OSError):
            files.remove(path)


def _wait_for_abandoned(folder: str, path: str) -> None:
    """Returns once no living process holds the token. Raises `InputError` when its holder renews it."""
    first = _read(path)
    if not first or _ended(first):
        return
    deadline = time.monotonic() + ABANDONED_SECONDS
    while time.monotonic() < deadline:
        time.sleep(min(1.0, ABANDONED_SECONDS / 10))
        latest = _read(path)
        if not latest and not files.exists(path):
            return
        if latest != first:
            raise _held(folder, latest)


def _ended(holder: dict[str, Any]) -> bool:
    """Whether the holder is a process of this host that is no more."""
    if holder.get("host") != socket.gethostname():
        return False
    if holder.get("process") == os.getpid():  # a restarted container has the host name and number of the one before
        return True
    return not Path(f"/proc/{holder.get('process')}").exists() and Path("/proc/self").exists()


def _this_process() -> dict[str, Any]:
    since = datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M:%S UTC")
    return {"host": socket.gethostname(), "process": os.getpid(), "since": since, "token": secrets.token_hex(8)}


def _held(folder: str, holder: dict[str, Any]) -> InputError:
    process, host = holder.get("process", "unknown"), holder.get("host", "an unknown host")
    return InputError(
        f"{folder}: another training writes here: process {process} on {host}, since {holder.get('since', '?')}; wait "
        "for its end or stop it there, or use another --workdir"
    )


def _read(path: str) -> dict[str, Any]:
    """The holder that a file names; empty where it names none."""
    try:
        with files.open_file(path, "r") as file:
            content = json.load(file)
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write(path: str, holder: dict[str, Any]) -> None:
    """Replaces the token at once: who reads it while it is renewed must not take it for one that nobody holds."""
    with files.new_file(path, durable=False) as file:
        file.write(json.dumps(holder).encode())
