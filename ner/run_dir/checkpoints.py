"""Checkpoints: one file each, written whole or not at all, checked when read.

A checkpoint is a NumPy `.npz` archive (a ZIP file, whose members carry a CRC-32) of named arrays and of a JSON text
called `state`. `step-00001200.npz` are the latest ones of a run, `best.npz` is the one that scored best.
"""

import hashlib
import io
import json
import sys
import zipfile
import zlib
from typing import Any, NamedTuple

import numpy as np

from ner import files
from ner.errors import InputError

BEST = "best.npz"
_STATE = "state"


class Checkpoint(NamedTuple):
    """Named arrays and a JSON-able state."""

    arrays: dict[str, np.ndarray]
    state: dict[str, Any]


def save(path: str, checkpoint: Checkpoint) -> None:
    """Writes a checkpoint under `path`. Raises OSError, and leaves what stood there, if it cannot be written whole."""
    text = np.frombuffer(json.dumps(checkpoint.state).encode(), np.uint8)
    write_arrays(path, {_STATE: text, **checkpoint.arrays})


def write_arrays(path: str, arrays: dict[str, np.ndarray]) -> None:
    """Writes an `.npz` file whole, or raises OSError."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]
    files.write_atomically(path, buffer.getvalue())


def load(path: str) -> Checkpoint:
    """The checkpoint of a file. Raises `InputError` naming `path` if it is missing or damaged."""
    try:
        with files.open_file(path) as file, np.load(io.BytesIO(file.read())) as archive:
            arrays = {name: archive[name] for name in archive.files}
        return Checkpoint(arrays, json.loads(arrays.pop(_STATE).tobytes()))
    except (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise InputError(f"{path}: not a readable checkpoint ({error}); train again or restore the file") from error


def is_readable(path: str) -> bool:
    """Whether there is a whole checkpoint."""
    try:
        load(path)
    except InputError:
        return False
    return True


def fingerprint(path: str) -> str:
    """What tells the file of a checkpoint from all others: the first 16 hexadecimal digits of its SHA-256."""
    with files.open_file(path) as file:
        return hashlib.sha256(file.read()).hexdigest()[:16]


def path_of_step(folder: str, step: int) -> str:
    """Where `save_step` puts the checkpoint of a step."""
    return files.join(folder, f"step-{step:08d}.npz")


def save_step(folder: str, step: int, checkpoint: Checkpoint, keep: int) -> None:
    """Writes the checkpoint of a step and removes what a kill left unfinished and all but the `keep` latest ones.

    Those of later steps go too: the run fell back from them to an earlier one, because they could not be read.
    """
    files.remove_unfinished(folder)  # before it writes: the disk may be full of them
    save(path_of_step(folder, step), checkpoint)
    names = _steps(folder)
    until = [name for name in names if files.join(folder, name) <= path_of_step(folder, step)]
    for name in set(names) - set(until[-keep:]):
        files.remove(files.join(folder, name))


def load_latest(folder: str) -> Checkpoint | None:
    """The latest readable checkpoint of a step, or None where there is none.

    Says on standard error which ones it passed over. Raises `InputError` where none of several can be read: to begin
    anew is the user's decision.
    """
    names = _steps(folder)
    for name in reversed(names):
        try:
            return load(files.join(folder, name))
        except InputError as error:
            print(f"warning: {error}; falling back to the previous checkpoint", file=sys.stderr)
    if names:
        raise InputError(f"{folder}: no checkpoint can be read; restore one, or use another --workdir")
    return None


def _steps(folder: str) -> list[str]:
    return [name for name in files.list_folder(folder) if name.startswith("step-") and name.endswith(".npz")]
