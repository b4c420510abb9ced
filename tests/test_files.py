"""A new file has its name when it is complete, and leaves nothing otherwise."""

import errno
import os
import stat

import pytest

from ner import files


def test_new_file_has_its_name_when_the_block_ends(tmp_path):
    path = tmp_path / "shard"
    with files.new_file(str(path)) as file:
        file.write(b"half")
        assert not path.exists()
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("shard", b"half")]


def test_new_file_names_the_path_on_a_full_disk_and_leaves_nothing(tmp_path):
    with pytest.raises(OSError, match=r"No space left on device: '.*/shard'"), files.new_file(str(tmp_path / "shard")):
        raise OSError(errno.ENOSPC, "No space left on device")
    assert not list(tmp_path.iterdir())


def test_new_file_of_two_writers_is_that_of_the_last_one(tmp_path):
    path = str(tmp_path / "shard")
    with files.new_file(path) as first, files.new_file(path) as second:
        first.write(b"the same")
        second.write(b"the same")
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"the same"]


def test_write_atomically_of_two_writers_at_once_leaves_one_whole_file(tmp_path, monkeypatch):
    """The second writer begins and ends while the first one is at work."""
    path, sync = str(tmp_path / "config.json"), os.fsync

    def write_meanwhile(descriptor):
        monkeypatch.setattr("os.fsync", sync)
        files.write_atomically(path, b"of the second, and longer")

    monkeypatch.setattr("os.fsync", write_meanwhile)
    files.write_atomically(path, b"of the first")
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("config.json", b"of the first")]


def test_write_atomically_does_without_syncing_a_folder_where_the_file_system_cannot(tmp_path, monkeypatch):
    def sync_files_only(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr("os.fsync", sync_files_only)
    files.write_atomically(str(tmp_path / "a"), b"whole")
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_remove_unfinished_removes_what_a_killed_writer_left(tmp_path, monkeypatch):
    files.write_atomically(str(tmp_path / "a.tmpl"), b"whole")
    seen = []
    monkeypatch.setattr("os.fsync", lambda descriptor: seen.extend(path.name for path in tmp_path.iterdir()))
    files.write_atomically(str(tmp_path / "b"), b"whole")
    with files.new_file(str(tmp_path / "c")) as file:
        file.write(b"whole")
    unfinished = set(seen) - {"a.tmpl", "b", "c"}
    assert len(unfinished) == 2
    for name in unfinished:
        (tmp_path / name).write_bytes(b"wh")
    files.remove_unfinished(str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.tmpl", "b", "c"]


def test_a_remote_file_tells_how_much_was_written():
    with files.new_file("ram://told/shard") as file:
        assert file.tell() == 0
        file.write(b"half")
        assert file.tell() == 4
        file.write(b"whole")
        assert file.tell() == 9
    assert files.open_file("ram://told/shard").read() == b"halfwhole"


@pytest.mark.parametrize(
    ("path", "folder"), [("a/b/c", "a/b"), ("c", "."), ("/c", "/"), ("/", "/"), ("gs://bucket/a/c", "gs://bucket/a")]
)
def test_parent_is_the_folder_that_holds_a_path(path, folder):
    assert files.parent(path) == folder
