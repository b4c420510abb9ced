"""A folder that appears complete or not at all; where there is no renaming, its last file says that it is complete."""

import contextlib
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

from ner import files
from ner.errors import InputError

UNFINISHED = "unfinished"  # an empty file in a remote folder that is being written


@contextlib.contextmanager
def new_folder(output_dir: str, marker: str, overwrite: bool = False) -> Iterator[str]:
    """A folder to write to, which is there under the name `output_dir` when the block ends well, and is removed if not.

    A local folder has a temporary name meanwhile. A remote one (`gs://`, ...) cannot be renamed and is written where it
    stands, so the block writes `marker` last: without it the folder counts as unfinished. What stands at `output_dir`
    is replaced only if `overwrite` is set and it is a folder that holds a file `marker`; an empty folder is always
    replaced. Remains of killed processes of this host are cleared away first. Raises `InputError` where `output_dir`
    may not be replaced, OSError where it cannot be written.
    """
    check_replaceable(output_dir, marker, overwrite)
    if files.is_remote(output_dir):
        with _remote_folder(output_dir, marker) as folder:
            yield folder
        return
    output = Path(output_dir).resolve()
    output.parent.mkdir(parents=True, exist_ok=True)
    _clear_remains(output)
    building = output.parent / _hidden_name(output, "building", os.getpid())
    building.mkdir()
    try:
        yield str(building)
        put_in_place(str(building), output_dir, marker, overwrite)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def put_in_place(building: str, output_dir: str, marker: str, overwrite: bool = False) -> None:
    """Gives a finished local folder the name `output_dir` beside it. Raises as `new_folder` does."""
    output = Path(output_dir).resolve()
    replaced = output.parent / _hidden_name(output, "replaced", os.getpid())
    files.sync_folder(Path(building))
    check_replaceable(output_dir, marker, overwrite)
    try:
        if output.exists():
            output.rename(replaced)
        Path(building).rename(output)
        files.sync_folder(output.parent)
    finally:
        if replaced.exists() and not output.exists():
            replaced.rename(output)
        shutil.rmtree(replaced, ignore_errors=True)


@contextlib.contextmanager
def _remote_folder(output_dir: str, marker: str) -> Iterator[str]:
    files.make_folders(output_dir)
    unfinished = files.join(output_dir, UNFINISHED)
    with files.new_file(unfinished):
        pass
    # A reader sees the old folder or an unfinished one, never old and new files as one dataset.
    for name in sorted(files.list_folder(output_dir), key=lambda name: name != marker):
        if name != UNFINISHED:
            path = files.join(output_dir, name)
            (files.remove_folder if files.is_folder(path) else files.remove)(path)
    try:
        yield output_dir
        files.remove(unfinished)
    except BaseException:
        with contextlib.suppress(OSError):
            files.remove_folder(output_dir)
        raise


def check_replaceable(output_dir: str, marker: str, overwrite: bool) -> None:
    """Raises `InputError` where something stands at `output_dir` that may not be replaced (see `new_folder`)."""
    if not files.exists(output_dir):
        return
    if not files.is_folder(output_dir):
        raise InputError(f"{output_dir}: a file stands where the output folder should go; name another --output_dir")
    names = files.list_folder(output_dir)
    if not names:
        return
    if UNFINISHED in names and files.is_remote(output_dir):
        if not overwrite:
            raise InputError(
                f"{output_dir}: another process writes there, or was killed doing so; wait for it, or give --overwrite"
            )
    elif marker not in names:
        raise InputError(f"{output_dir}: the folder is not empty and holds no {marker}; name another --output_dir")
    elif not overwrite:
        raise InputError(f"{output_dir}: exists already; give --overwrite to replace it, or name another --output_dir")


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
