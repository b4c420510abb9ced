"""Files of a dataset or a work folder, wherever TensorFlow's file systems reach.

A plain path is opened by Python, so that programs which only look at local files need not import TensorFlow; a path
with a scheme (`gs://`, `s3://`, ...) goes through `tf.io.gfile`.
"""

import os
from pathlib import Path
from typing import IO, Any


def is_remote(path: str) -> bool:
    """Whether `path` has a scheme such as `gs://`."""
    return "://" in path


def _gfile() -> Any:  # the module tf.io.gfile
    import tensorflow as tf

    return tf.io.gfile


def open_file(path: str, mode: str = "rb") -> IO[Any]:
    """An open file; text modes are UTF-8. Raises OSError (or TensorFlow's equivalent) like `open`."""
    if is_remote(path):
        return _gfile().GFile(path, mode)
    return Path(path).open(mode, encoding=None if "b" in mode else "utf-8")


def exists(path: str) -> bool:
    """Whether a file or folder of that name exists."""
    return _gfile().exists(path) if is_remote(path) else Path(path).exists()


def size_bytes(path: str) -> int:
    """Length of a file in bytes."""
    return _gfile().stat(path).length if is_remote(path) else Path(path).stat().st_size


def list_folder(path: str) -> list[str]:
    """Names in a folder, sorted."""
    return sorted(_gfile().listdir(path)) if is_remote(path) else sorted(entry.name for entry in Path(path).iterdir())


def make_folders(path: str) -> None:
    """Makes a folder and its parents; one that exists is fine."""
    if is_remote(path):
        _gfile().makedirs(path)
    else:
        Path(path).mkdir(parents=True, exist_ok=True)


def remove(path: str) -> None:
    """Deletes a file."""
    if is_remote(path):
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
