"""Files of a corpus, a dataset or a work folder, wherever TensorFlow's file systems reach.

A plain path is opened by Python, so that programs which only look at local files need not import TensorFlow; a path
with a scheme (`gs://`, `s3://`, ...) goes through `tf.io.gfile`. Both raise OSError where something is wrong.
"""

import contextlib
import errno
import glob
import io
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

Signature = tuple[int, ...]

_READ_AHEAD_BYTES = 1 << 20
_TEMPORARY = ".tmp"


def is_remote(path: str) -> bool:
    """Whether `path` has a scheme such as `gs://`."""
    return "://" in path


@contextlib.contextmanager
def _gfile(path: str) -> Iterator[Any]:
    """The module `tf.io.gfile`, with its errors turned into the OSError that a local file would have raised."""
    import tensorflow as tf

    try:
        yield tf.io.gfile
    except tf.errors.OpError as error:
        numbers = {
            tf.errors.NotFoundError: errno.ENOENT,
            tf.errors.AlreadyExistsError: errno.EEXIST,
            tf.errors.PermissionDeniedError: errno.EACCES,
            tf.errors.UnauthenticatedError: errno.EACCES,
        }
        number = numbers.get(type(error), errno.EIO)
        text = os.strerror(number) if number != errno.EIO else error.message
        raise OSError(number, text, path) from error


class _RemoteFile(io.RawIOBase):
    """A `GFile` with every method of a Python file, which NumPy, gzip and others ask for."""

    def __init__(self, path: str, mode: str) -> None:
        super().__init__()
        self._path, self._mode = path, mode
        self._written = 0  # not every file system tells where a file that is being written ends
        with _gfile(path) as gfile:
            self._file = gfile.GFile(path, mode)
            # It is opened when it is first used; and without a word written, TensorFlow makes no file.
            self._file.size() if mode == "rb" else self._file.write(b"")

    def readable(self) -> bool:
        return self._mode == "rb"

    def writable(self) -> bool:
        return self._mode != "rb"

    def seekable(self) -> bool:
        return self.readable()

    def readinto(self, buffer: Any) -> int:
        with _gfile(self._path):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: Any) -> int:
        with _gfile(self._path):
            self._file.write(bytes(data))
        self._written += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        with _gfile(self._path):
            self._file.seek(offset, whence)
            return cast(int, self._file.tell())

    def tell(self) -> int:
        if self.writable():
            return self._written
        with _gfile(self._path):
            return cast(int, self._file.tell())

    def close(self) -> None:
        if not self.closed:
            try:
                with _gfile(self._path):
                    self._file.close()
            finally:
                super().close()


def open_file(path: str, mode: str = "rb") -> IO[Any]:
    """An open file; text modes are UTF-8. Raises OSError like `open`."""
    if not is_remote(path):
        return Path(path).open(mode, encoding=None if "b" in mode else "utf-8")
    raw = _RemoteFile(path, f"{mode.strip('bt')}b")
    binary: Any = io.BufferedReader(raw, _READ_AHEAD_BYTES) if raw.readable() else io.BufferedWriter(raw)
    return binary if "b" in mode else io.TextIOWrapper(binary, encoding="utf-8")


@contextlib.contextmanager
def new_file(path: str, durable: bool = True) -> Iterator[IO[bytes]]:
    """A file to be written that has its name and all its bytes when the block ends well, and is removed if not.

    Without `durable` a crash of the machine may lose it, and no time is spent on waiting for the disk. Two processes
    that write the same content to one `path` do each other no harm. Raises OSError that names `path`.
    """
    # A remote file appears when it is closed; a local one is renamed.
    written = path if is_remote(path) else _temporary_name(path)
    try:
        with naming(path):
            with open_file(written, "wb") as file:
                yield file
                if durable and not is_remote(path):
                    file.flush()
                    os.fsync(file.fileno())
            if not is_remote(path):
                Path(written).replace(path)
                if durable:
                    sync_folder(Path(path).parent)
    except BaseException:
        with contextlib.suppress(OSError):
            remove(written)
        raise


@contextlib.contextmanager
def naming(path: str) -> Iterator[None]:
    """Names `path` in an OSError that names no file: a full disk does not say where."""
    try:
        yield
    except OSError as error:
        if error.errno and not error.filename:
            raise OSError(error.errno, error.strerror, path) from error
        raise


def exists(path: str) -> bool:
    """Whether a file or folder of that name exists."""
    if not is_remote(path):
        return Path(path).exists()
    with _gfile(path) as gfile:
        return cast(bool, gfile.exists(path))


def is_folder(path: str) -> bool:
    """Whether a folder of that name exists."""
    if not is_remote(path):
        return Path(path).is_dir()
    with _gfile(path) as gfile:
        return cast(bool, gfile.isdir(path))


def matches(pattern: str) -> list[str]:
    """Names that a glob pattern means; `**` reaches into subfolders of local folders."""
    if not is_remote(pattern):
        return glob.glob(pattern, recursive=True)  # noqa: PTH207 - `Path.glob` takes no absolute patterns
    with _gfile(pattern) as gfile:
        return cast(list[str], gfile.glob(pattern))


def size_bytes(path: str) -> int:
    """Length of a file in bytes."""
    if not is_remote(path):
        return Path(path).stat().st_size
    with _gfile(path) as gfile:
        return cast(int, gfile.stat(path).length)


def signature(path: str) -> Signature | None:
    """Numbers that differ as soon as another file stands there or its bytes were changed; None where none stands."""
    try:
        if is_remote(path):
            with _gfile(path) as gfile:
                found = gfile.stat(path)
            return found.length, found.mtime_nsec
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def list_folder(path: str) -> list[str]:
    """Names in a folder, sorted."""
    if not is_remote(path):
        return sorted(entry.name for entry in Path(path).iterdir())
    with _gfile(path) as gfile:  # object stores show folders with a slash after them
        return sorted(name.rstrip("/") for name in gfile.listdir(path))


def make_folders(path: str) -> None:
    """Makes a folder and its parents; one that exists is fine."""
    if is_remote(path):
        with _gfile(path) as gfile:
            gfile.makedirs(path)
    else:
        Path(path).mkdir(parents=True, exist_ok=True)


def remove(path: str) -> None:
    """Deletes a file."""
    if is_remote(path):
        with _gfile(path) as gfile:
            gfile.remove(path)
    else:
        Path(path).unlink()


def remove_folder(path: str) -> None:
    """Deletes a folder with all that it holds; one that does not exist is fine."""
    if is_remote(path):
        with _gfile(path) as gfile:
            if gfile.isdir(path):
                gfile.rmtree(path)
    else:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(path)


def join(folder: str, name: str) -> str:
    """`folder/name` for plain paths and for paths with a scheme."""
    return f"{folder.rstrip('/')}/{name}" if is_remote(folder) else str(Path(folder) / name)


def parent(path: str) -> str:
    """The folder that a file or folder is in."""
    return path.rpartition("/")[0] if is_remote(path) else str(Path(path).parent)


def write_atomically(path: str, content: bytes) -> None:
    """Writes a whole file or nothing: into a temporary name of its own beside it, then renamed onto `path`.

    Once it returns, a crash of the machine leaves the new content. Raises OSError that names a file.
    """
    if not is_remote(path):
        with new_file(path) as file:
            file.write(content)
        return
    temporary = _temporary_name(path)
    with open_file(temporary, "wb") as file:
        file.write(content)
    with _gfile(path) as gfile:
        gfile.rename(temporary, path, overwrite=True)


def _temporary_name(path: str) -> str:
    """A name that no other writer of `path` uses."""
    return f"{path}.{uuid.uuid4().hex}{_TEMPORARY}"


def sync_folder(folder: Path) -> None:
    """Makes the names in a local folder durable: renaming a file alone may not survive a crash of the machine."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system that has no such thing
            raise
    finally:
        os.close(descriptor)


def remove_unfinished(folder: str) -> None:
    """Deletes what killed writers left in a folder that has no other writer now: the temporary files of this module."""
    for name in list_folder(folder):
        if name.endswith(_TEMPORARY):
            remove(join(folder, name))
