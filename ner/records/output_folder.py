"""A folder that appears complete or not at all."""

import contextlib
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from ner.errors import InputError
from ner.records import files


@contextlib.contextmanager
def new_folder(output_dir: str, marker: str, overwrite: bool = False) -> Iterator[Path]:
    """A temporary folder beside `output_dir` that takes its name when the block ends well, and is removed if not.

    What stands at `output_dir` is replaced only if `overwrite` is set and it is a folder that holds a file `marker`;
    an empty folder is always replaced. Remains of killed processes of this host are cleared away first. Raises
    `InputError` where `output_dir` may not be replaced, OSError where nothing can be written beside it.
    """
    if files.is_remote(output_dir):
        raise InputError(f"{output_dir}: only a local folder can be written; write there and copy the folder")
    output = Path(output_dir).resolve()
    _check_replaceable(output, output_dir, marker, overwrite)
    output.parent.mkdir(parents=True, exist_ok=True)
    _clear_remains(output)
    building, replaced = (output.parent / _hidden_name(output, what, os.getpid()) for what in ("building", "replaced"))
    building.mkdir()
    try:
        yield building
        _sync(building)
        _check_replaceable(output, output_dir, marker, overwrite)
        if output.exists():
            output.rename(replaced)
        building.rename(output)
        _sync(output.parent)
    finally:
        if replaced.exists() and not output.exists():
            replaced.rename(output)
        for folder in (building, replaced):
            shutil.rmtree(folder, ignore_errors=True)


def _check_replaceable(output: Path, shown: str, marker: str, overwrite: bool) -> None:
    if not output.exists():
        return
    if not output.is_dir():
        raise InputError(f"{shown}: a file stands where the output folder should go; name another --output_dir")
    if not any(output.iterdir()):
        return
    if not (output / marker).exists():
        raise InputError(f"{shown}: the folder is not empty and holds no {marker}; name another --output_dir")
    if not overwrite:
        raise InputError(f"{shown}: exists already; give --overwrite to replace it, or name another --output_dir")


def _hidden_name(output: Path, what: str, pid: int | str) -> str:
    return f".{output.name}.{what}-{socket.gethostname()}-{pid}"


def _clear_remains(output: Path) -> None:
    """Removes what killed processes left; a folder that one had put aside and not yet replaced comes back."""
    for what in ("replaced", "building"):
        prefix = _hidden_name(output, what, "")
        for folder in sorted(output.parent.iterdir()):
            pid = folder.name.removeprefix(prefix)
            if not folder.name.startswith(prefix) or not pid.isdecimal() or _runs_elsewhere(int(pid)):
                continue
            if what == "replaced" and not output.exists():
                folder.rename(output)
            else:
                shutil.rmtree(folder)


def _runs_elsewhere(pid: int) -> bool:
    """Whether another process of this host has that id."""
    if pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # it lives, and belongs to another user
        return True
    return True


def _sync(folder: Path) -> None:
    """Makes the entries of `folder` outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
