import errno
import os
import re
import stat
from pathlib import Path

import numpy as np
import pytest

from ner.errors import InputError
from ner.run_dir import checkpoints
from ner.run_dir.checkpoints import Checkpoint

ARRAYS = {"weights/a": np.arange(6, dtype=np.float32).reshape(2, 3), "optimizer/iteration": np.array(7, np.int32)}


def test_load_inverts_save(tmp_path):
    path = str(tmp_path / "best.npz")
    checkpoints.save(path, Checkpoint(ARRAYS, {"step": 7, "f1": None}))
    arrays, state = checkpoints.load(path)
    assert state == {"step": 7, "f1": None}
    assert arrays.keys() == ARRAYS.keys()
    for name, value in ARRAYS.items():
        np.testing.assert_array_equal(arrays[name], value)
        assert arrays[name].dtype == value.dtype


def test_only_the_latest_ones_are_kept_and_the_best_stays(tmp_path):
    checkpoints.save(str(tmp_path / checkpoints.BEST), Checkpoint(ARRAYS, {}))
    for step in (5, 90, 1_000, 20_000):
        checkpoints.save_step(str(tmp_path), step, Checkpoint(ARRAYS, {"step": step}), keep=2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["best.npz", "step-00001000.npz", "step-00020000.npz"]
    assert checkpoints.load_latest(str(tmp_path)).state == {"step": 20_000}


def test_older_checkpoints_go_after_the_new_name_is_durable(tmp_path, monkeypatch):
    checkpoints.save_step(str(tmp_path), 1, Checkpoint(ARRAYS, {"step": 1}), keep=1)
    names = []

    def note_names(descriptor):
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            names.append(sorted(path.name for path in tmp_path.iterdir()))

    monkeypatch.setattr("os.fsync", note_names)
    checkpoints.save_step(str(tmp_path), 2, Checkpoint(ARRAYS, {"step": 2}), keep=1)
    assert names == [["step-00000001.npz", "step-00000002.npz"]]
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000002.npz"]


def test_what_kills_left_unfinished_goes_before_the_next_one_is_written(tmp_path, monkeypatch):
    for name in ("best.npz", "step-00000007.npz"):
        (tmp_path / f"{name}.tmp").write_bytes(b"PK")
    seen = []
    monkeypatch.setattr("os.fsync", lambda descriptor: seen.extend(path.name for path in tmp_path.iterdir()))
    checkpoints.save_step(str(tmp_path), 5, Checkpoint(ARRAYS, {"step": 5}), keep=2)
    unfinished, finished = seen  # the file is synced under its temporary name, then the folder
    assert re.fullmatch(r"step-00000005\.npz\.\w+\.tmp", unfinished)
    assert finished == "step-00000005.npz"
    assert [path.name for path in tmp_path.iterdir()] == ["step-00000005.npz"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[: len(b) // 2],
        lambda b: b"",
        lambda b: b[:60] + b"\xff" + b[61:],
        lambda b: b.replace(b"PK\x01\x02\x2d\x03\x2d", b"PK\x01\x02\x2d\x03\xff"),  # the version that can read it
    ],
)
def test_a_damaged_checkpoint_falls_back_to_the_one_before(tmp_path, capsys, damage):
    for step in (1, 2):
        checkpoints.save_step(str(tmp_path), step, Checkpoint(ARRAYS, {"step": step}), keep=2)
    latest = tmp_path / "step-00000002.npz"
    latest.write_bytes(damage(latest.read_bytes()))
    assert checkpoints.load_latest(str(tmp_path)).state == {"step": 1}
    assert "step-00000002.npz: not a readable checkpoint" in capsys.readouterr().err
    with pytest.raises(InputError, match="step-00000002"):
        checkpoints.load(str(latest))


@pytest.mark.parametrize("keep", [1, 2])
def test_the_checkpoint_after_a_fallback_stays_and_those_it_fell_back_from_go(tmp_path, keep):
    for step in (1000, 2000, 3000):
        checkpoints.save_step(str(tmp_path), step, Checkpoint(ARRAYS, {"step": step}), keep=3)
    for step in (2000, 3000):
        (tmp_path / f"step-0000{step}.npz").write_bytes(b"damaged")
    assert checkpoints.load_latest(str(tmp_path)).state == {"step": 1000}
    checkpoints.save_step(str(tmp_path), 1100, Checkpoint(ARRAYS, {"step": 1100}), keep)
    names = ["step-00001000.npz", "step-00001100.npz"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names[-keep:]
    assert checkpoints.load_latest(str(tmp_path)).state == {"step": 1100}


def test_to_begin_anew_where_no_checkpoint_can_be_read_is_the_users_decision(tmp_path, capsys):
    for step in (1, 2):
        (tmp_path / f"step-0000000{step}.npz").write_bytes(b"damaged")
    with pytest.raises(InputError, match="no checkpoint can be read; restore one, or use another --workdir"):
        checkpoints.load_latest(str(tmp_path))
    assert capsys.readouterr().err.count("warning: ") == 2


def test_there_may_be_no_checkpoint(tmp_path):
    assert checkpoints.load_latest(str(tmp_path)) is None


def test_a_full_disk_leaves_the_checkpoint_that_stood_there(tmp_path, monkeypatch):
    path = tmp_path / "best.npz"
    checkpoints.save(str(path), Checkpoint(ARRAYS, {"step": 1}))

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match=r"No space left on device: '.*/best\.npz'"):
        checkpoints.save(str(path), Checkpoint(ARRAYS, {"step": 2}))
    assert checkpoints.load(str(path)).state == {"step": 1}
    assert [entry.name for entry in Path(tmp_path).iterdir()] == ["best.npz"]
