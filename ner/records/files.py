"""Files of a dataset or a work folder, wherever TensorFlow's file systems reach.

A plain path is opened by Python, so that programs which only look at local files need not import TensorFlow; a path
with a scheme (`gs://`, `s3://`, ...) goes through `tf.io.gfile`.
"""

import contextlib
import errno
import io
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

Signature = tuple[int, ...]

_READ_AHEAD_BYTES = 1 << 20


def is_remote(path: str) -> bool:
    """Whether `path` has a scheme such as `gs://`."""
    return "://" in path


def _gfile() -> Any:  # the module tf.io.gfile
    import tensorflow as tf

    return tf.io.gfile


@contextlib.contextmanager
def _as_os_error(path: str) -> Iterator[None]:
    """Turns what TensorFlow's file systems raise into the OSError that a local file would have raised."""
    import tensorflow as tf

    try:
        yield
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
        self._file = _gfile().GFile(path, mode)

    def readable(self) -> bool:
        return self._mode == "rb"

    def writable(self) -> bool:
        return self._mode != "rb"

    def seekable(self) -> bool:
        return self.readable()

    def readinto(self, buffer: Any) -> int:
        with _as_os_error(self._path):
            data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def write(self, data: Any) -> int:
        with _as_os_error(self._path):
            self._file.write(bytes(data))
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        with _as_os_error(self._path):
            self._file.seek(offset, whence)
            return cast(int, self._file.tell())

    def tell(self) -> int:
        with _as_os_error(self._path):
            return cast(int, self._file.tell())

    def close(self) -> None:
        if not self.closed:
            try:
                with _as_os_error(self._path):
                    self._file.close()
            finally:
                super().close()


def open_file(path: str, mode: str = "rb") -> IO[Any]:
    """An open file; text modes are UTF-8. Raises OSError like `open`, for remote files perhaps only when read."""
    if not is_remote(path):
        return Path(path).open(mode, encoding=None if "b" in mode else "utf-8")
    raw = _RemoteFile(path, f"{mode.strip('bt')}b")
    binary: Any = io.BufferedReader(raw, _READ_AHEAD_BYTES) if raw.readable() else io.BufferedWriter(raw)
    return binary if "b" in mode else io.TextIOWrapper(binary, encoding="utf-8")


def exists(path: str) -> bool:
    """Whether a file or folder of that name exists."""
    if not is_remote(path):
        return Path(path).exists()
    with _as_os_error(path):
        return cast(bool, _gfile().exists(path))


def size_bytes(path: str) -> int:
    """Length of a file in bytes."""
    if not is_remote(path):
        return Path(path).stat().st_size
    with _as_os_error(path):
        return cast(int, _gfile().stat(path).length)


def signature(path: str) -> Signature | None:
    """Numbers that differ as soon as another file stands there or its bytes were changed; None where none stands."""
    try:
        if is_remote(path):
            with _as_os_error(path):
                found = _gfile().stat(path)
            return found.length, found.mtime_nsec
        status = Path(path).stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino


def list_folder(path: str) -> list[str]:
    """Names in a folder, sorted."""
    if not is_remote(path):
        return sorted(entry.name for entry in Path(path).iterdir())
    with _as_os_error(path):  # object stores show folders with a slash behind them
        return sorted(name.rstrip("/") for name in _gfile().listdir(path))


def make_folders(path: str) -> None:
    """Makes a folder and its parents; one that exists is fine."""
    if is_remote(path):
        with _as_os_error(path):
            _gfile().makedirs(path)
    else:
        Path(path).mkdir(parents=True, exist_ok=True)


def remove(path: str) -> None:
    """Deletes a file."""
    if is_remote(path):
        with _as_os_error(path):
            _gfile().remove(path)
    else:
        Path(path).unlink()


def join(folder: str, name: str) -> str:
    """`folder/name` for plain paths and for paths with a scheme."""
    return f"{folder.rstrip('/')}/{name}" if is_remote(folder) else str(Path(folder) / name)


def write_atomically(path: str, content: bytes) -> None:
    """Writes a whole file or nothing: into a temporary name beside it, then renamed onto `path`."""
    temporary = f"{path}.tmp"
    if is_remote(path):
        with open_file(temporary, "wb") as file:
            file.write(content)
        with _as_os_error(path):
            _gfile().rename(temporary, path, overwrite=True)
        return
    try:
        with Path(temporary).open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    Path(temporary).replace(path)
