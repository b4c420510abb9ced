"""A folder takes its name when it is complete, and what stood there before is never lost."""

import errno
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ner import files
from ner.errors import InputError
from ner.output_folder import new_folder


def write(output: Path, text: str, overwrite: bool = False) -> None:
    with new_folder(str(output), "marker", overwrite) as folder:
        (Path(folder) / "marker").write_text(text)


def test_new_folder_appears_when_the_block_ends(tmp_path):
    output = tmp_path / "deep" / "output"
    with new_folder(str(output), "marker") as folder:
        assert not output.exists()
        (Path(folder) / "marker").write_text("x")
    assert (output / "marker").read_text() == "x"
    assert [path.name for path in output.parent.iterdir()] == ["output"]


def test_new_folder_takes_its_name_where_the_file_system_cannot_sync_folders(tmp_path, monkeypatch):
    def sync_files_only(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr("os.fsync", sync_files_only)
    write(tmp_path / "output", "x")
    assert (tmp_path / "output" / "marker").read_text() == "x"


def test_new_folder_replaces_an_empty_one_unasked(tmp_path):
    (tmp_path / "output").mkdir()
    write(tmp_path / "output", "x")
    assert (tmp_path / "output" / "marker").read_text() == "x"


def test_new_folder_leaves_what_another_process_finished_meanwhile(tmp_path):
    output = tmp_path / "output"
    with pytest.raises(InputError, match=r"output: exists already"), new_folder(str(output), "marker"):
        output.mkdir()
        (output / "marker").write_text("theirs")
    assert (output / "marker").read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [output]


def test_new_folder_puts_the_old_one_back_when_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    output = tmp_path / "output"
    write(output, "old")
    rename = Path.rename

    def rename_all_but_new(path: Path, target: Path) -> Path:
        if ".building-" in path.name:
            raise OSError("no")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", rename_all_but_new)
    with pytest.raises(OSError, match="no"):
        write(output, "new", overwrite=True)
    assert (output / "marker").read_text() == "old"
    assert list(tmp_path.iterdir()) == [output]


@pytest.fixture
def remote():
    import tensorflow as tf

    folder = "ram://output"
    yield folder
    if tf.io.gfile.isdir(folder):
        tf.io.gfile.rmtree(folder)


def write_remote(folder: str, *names: str, overwrite: bool = False) -> None:
    with new_folder(folder, "marker", overwrite) as building:
        for name in names:
            files.write_atomically(files.join(building, name), b"x")


def test_new_folder_with_a_scheme_holds_what_was_written_and_no_more(remote):
    write_remote(remote, "old-shard", "marker")
    with pytest.raises(InputError, match=r"ram://output: exists already; give --overwrite"):
        write_remote(remote, "marker")
    write_remote(remote, "shard", "marker", overwrite=True)
    assert files.list_folder(remote) == ["marker", "shard"]


def test_new_folder_with_a_scheme_never_looks_finished_while_it_is_written(remote):
    write_remote(remote, "marker")
    with new_folder(remote, "marker", overwrite=True):
        assert files.list_folder(remote) == ["unfinished"]
        with pytest.raises(InputError, match=r"another process writes there, or was killed doing so; wait for it, or"):
            write_remote(remote, "marker")
        files.write_atomically(files.join(remote, "marker"), b"x")


def test_new_folder_with_a_scheme_removes_the_marker_of_the_old_one_first(remote, monkeypatch):
    write_remote(remote, "a", "marker")
    remove, removed = files.remove, []

    def noting(path: str) -> None:
        removed.append(path)
        remove(path)

    monkeypatch.setattr(files, "remove", noting)
    write_remote(remote, "marker", overwrite=True)
    assert removed == [f"{remote}/{name}" for name in ("marker", "a", "unfinished")]


def test_new_folder_with_a_scheme_is_removed_when_the_block_fails(remote):
    with pytest.raises(RuntimeError), new_folder(remote, "marker"):
        files.write_atomically(files.join(remote, "shard"), b"x")
        raise RuntimeError
    assert not files.exists(remote)


def test_new_folder_brings_back_what_a_killed_process_had_put_aside(tmp_path):
    dead = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    kept = tmp_path / f".output.replaced-{socket.gethostname()}-{int(dead.stdout)}"
    alive = tmp_path / f".output.building-{socket.gethostname()}-{os.getppid()}"
    for folder in (kept, alive):
        folder.mkdir()
    (kept / "marker").write_text("{}")
    with pytest.raises(RuntimeError), new_folder(str(tmp_path / "output"), "marker", overwrite=True):
        raise RuntimeError
    assert (tmp_path / "output" / "marker").read_text() == "{}"
    assert list(tmp_path.glob(".*")) == [alive]
