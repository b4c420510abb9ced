"""Files of a corpus, a dataset or a work folder, wherever TensorFlow's file systems reach.

A plain path is opened by Python, so that programs which only look at local files need not import TensorFlow; a path
with a scheme (`gs://`, `s3://`, ...) goes through `tf.io.gfile`. Both raise OSError where something is wrong.
"""

import contextlib
import glob
import io
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

_BUFFER_BYTES = 1 << 20  # of a remote file that is read: a request each


def is_remote(path: str) -> bool:
    """Whether `path` has a scheme such as `gs://`."""
    return "://" in path


@contextlib.contextmanager
def _gfile(path: str) -> Iterator[Any]:
    """The module `tf.io.gfile`, with its errors turned into OSError that names `path`."""
    import tensorflow as tf

    try:
        yield tf.io.gfile
    except tf.errors.NotFoundError as error:
        raise FileNotFoundError(2, error.message, path) from error
    except tf.errors.OpError as error:
        raise OSError(5, error.message, path) from error


class _RemoteBytes(io.RawIOBase):
    """A remote file for `io.BufferedReader`, which knows lines and seeking as those of a local file do."""

    def __init__(self, path: str) -> None:
        self._path = path
        with _gfile(path) as gfile:
            self._file = gfile.GFile(path, "rb")
            self._file.size()  # it is opened when it is first used

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with _gfile(self._path):
            content = self._file.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with _gfile(self._path):
            self._file.seek(offset, whence)
            return self._file.tell()

    def tell(self) -> int:
        return self._file.tell()

    def close(self) -> None:
        self._file.close()
        super().close()


def open_file(path: str, mode: str = "rb") -> IO[Any]:
    """An open file; text modes are UTF-8. Raises OSError like `open`."""
    if not is_remote(path):
        return Path(path).open(mode, encoding=None if "b" in mode else "utf-8")
    if mode == "rb":
        return io.BufferedReader(_RemoteBytes(path), _BUFFER_BYTES)
    with _gfile(path) as gfile:
        return gfile.GFile(path, mode)


@contextlib.contextmanager
def new_file(path: str) -> Iterator[IO[bytes]]:
    """A file to be written that has its name and all its bytes when the block ends well, and is removed if not.

    Two processes that write the same content to one `path` do each other no harm. Raises OSError that names `path`.
    """
    # A remote file appears when it is closed; a local one is renamed.
    written = path if is_remote(path) else f"{path}.{uuid.uuid4().hex}.tmp"
    try:
        with _gfile(path) if is_remote(path) else contextlib.nullcontext(), open_file(written, "wb") as file:
            file.write(b"")  # without a word written, TensorFlow makes no file
            yield file
            if not is_remote(path):
                file.flush()
                os.fsync(file.fileno())
        if not is_remote(path):
            Path(written).replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            remove(written)
        # A full disk does not say where.
        if isinstance(error, OSError) and error.errno and not error.filename:
            raise OSError(error.errno, error.strerror, path) from error
        raise


def exists(path: str) -> bool:
    """Whether a file or folder of that name exists."""
    if is_remote(path):
        with _gfile(path) as gfile:
            return gfile.exists(path)
    return Path(path).exists()


def is_folder(path: str) -> bool:
    """Whether a folder of that name exists."""
    if is_remote(path):
        with _gfile(path) as gfile:
            return gfile.isdir(path)
    return Path(path).is_dir()


def matches(pattern: str) -> list[str]:
    """Names that a glob pattern means; `**` reaches into subfolders of local folders."""
    if is_remote(pattern):
        with _gfile(pattern) as gfile:
            return gfile.glob(pattern)
    return glob.glob(pattern, recursive=True)  # noqa: PTH207 - `Path.glob` takes no absolute patterns


def size_bytes(path: str) -> int:
    """Length of a file in bytes."""
    if is_remote(path):
        with _gfile(path) as gfile:
            return gfile.stat(path).length
    return Path(path).stat().st_size


def list_folder(path: str) -> list[str]:
    """Names in a folder, sorted."""
    if is_remote(path):
        with _gfile(path) as gfile:
            return sorted(name.rstrip("/") for name in gfile.listdir(path))
    return sorted(entry.name for entry in Path(path).iterdir())


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


def write_atomically(path: str, content: bytes) -> None:
    """Writes a whole file or nothing: into a temporary name beside it, then renamed onto `path`."""
    temporary = f"{path}.tmp"
    if is_remote(path):
        with _gfile(path) as gfile:
            with open_file(temporary, "wb") as file:
                file.write(content)
            gfile.rename(temporary, path, overwrite=True)
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
