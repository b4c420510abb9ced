import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from ner.cluster.control_channel import ControlChannel
from ner.errors import InputError
from ner.run_dir import checkpoints
from ner.run_dir.checkpoints import Checkpoint
from ner.run_dir.workdir import WorkDir
from ner.training.distributed import consistency
from ner.training.distributed.consistency import (
    check_same_weights,
    check_shared,
    load_on_all_workers,
    wait_for,
    wait_for_best,
)
from ner.training.distributed.workers import Workers
from tests.loopback import clusters, run


def test_check_shared_passes_if_all_workers_see_the_folder(tmp_path):
    work = WorkDir(str(tmp_path))
    assert run(clusters(2), lambda channel, index: check_shared(work, channel, index, 10)) == [None, None]


def test_workers_that_do_not_see_the_folder_are_named(tmp_path):
    for name in "abc":
        (tmp_path / name).mkdir()
    folders = [WorkDir(str(tmp_path / name)) for name in "aba"]
    for error in run(clusters(3), lambda channel, index: check_shared(folders[index], channel, index, 0.2)):
        assert isinstance(error, InputError)
        assert "workers.json, which worker 0 wrote, is not visible on worker 1: --workdir must" in str(error)


def test_a_file_of_an_earlier_start_does_not_count(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "workers.json").write_text('{"token": "old", "workers": []}')
    folders = [WorkDir(str(tmp_path / name)) for name in "ab"]
    assert all(run(clusters(2), lambda channel, index: check_shared(folders[index], channel, index, 0.2)))


def test_a_single_worker_writes_nothing(tmp_path):
    check_shared(WorkDir(str(tmp_path)), ControlChannel.single_worker(), 0, 1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("after", "seen"), [(1, True), (1000, False)])
def test_wait_for_polls_until_the_time_is_up(after, seen):
    looks = []

    def there():
        looks.append(1)
        return len(looks) > after

    assert wait_for(there, 0.6) == seen


def workers_of(channel, index, count):
    return Workers(SimpleNamespace(count=count, own=range(index, index + 1)), channel, index)


@pytest.fixture
def folder(tmp_path):
    for step in (10, 20):
        checkpoint = Checkpoint({"w": np.full(2, step, np.float32)}, {"step": step})
        checkpoints.save(checkpoints.path_of_step(str(tmp_path), step), checkpoint)
    return tmp_path


def loaded(folders):
    """The step of the checkpoint that each worker loads from its folder, or what it raised."""

    def work(channel, index):
        latest = load_on_all_workers(str(folders[index]), workers_of(channel, index, len(folders)))
        return latest and latest.state["step"]

    return run(clusters(len(folders)), work)


def test_all_workers_start_from_the_latest_checkpoint_of_the_chief(folder, tmp_path):
    assert loaded([folder] * 3) == [20] * 3
    (folder / "empty").mkdir()
    assert loaded([folder / "empty", folder]) == [None] * 2


def test_workers_start_from_the_checkpoint_that_the_chief_can_read(folder):
    Path(checkpoints.path_of_step(str(folder), 20)).write_bytes(b"damaged")
    assert loaded([folder] * 2) == [10] * 2


def test_a_worker_that_does_not_see_the_chiefs_checkpoint_ends_all(folder, monkeypatch):
    monkeypatch.setattr(consistency, "_VISIBLE_SECONDS", 0.1)
    (folder / "empty").mkdir()
    outcomes = loaded([folder, folder / "empty"])
    assert isinstance(outcomes[1], InputError)
    assert "00000020" in str(outcomes[1])


def test_workers_with_the_same_weights_are_fine():
    def work(channel, index):
        check_same_weights("9f", workers_of(channel, index, 3))

    assert run(clusters(3), work) == [None] * 3


def test_workers_with_other_weights_are_named_on_all():
    def work(channel, index):
        check_same_weights("9f" if index == 0 else "8e", workers_of(channel, index, 3))

    for error in run(clusters(3), work):
        assert isinstance(error, InputError)
        assert str(error).startswith("after the same steps, the weights on workers 1 and 2 differ from")


def best_of(works, save):
    """What each worker raised where the chief saves the best weights with `save` before all wait for them."""

    def work(channel, index):
        workers = workers_of(channel, index, len(works))
        if workers.is_chief:
            save()
        wait_for_best(works[index], workers)

    return run(clusters(len(works)), work)


def test_workers_wait_for_the_best_weights_that_the_chief_writes(tmp_path):
    work, checkpoint = WorkDir(str(tmp_path)), Checkpoint({}, {"step": 1})
    Path(work.checkpoints).mkdir()

    def save_late():
        time.sleep(0.2)
        checkpoints.save(work.best, checkpoint)

    assert best_of([work] * 2, save_late) == [None] * 2


@pytest.mark.parametrize("stale", [False, True])
def test_a_worker_that_does_not_see_the_chiefs_best_weights_says_so(tmp_path, monkeypatch, stale):
    monkeypatch.setattr(consistency, "_VISIBLE_SECONDS", 0.1)
    works = [WorkDir(str(tmp_path / name)) for name in "ab"]
    for one in works:
        Path(one.checkpoints).mkdir(parents=True)
    if stale:
        checkpoints.save(works[1].best, Checkpoint({}, {"step": 1}))
    chief, other = best_of(works, lambda: checkpoints.save(works[0].best, Checkpoint({}, {"step": 2})))
    assert chief is None
    assert isinstance(other, InputError)
    assert str(other).startswith(f"{works[1].best}: not the weights that worker 0 wrote: --workdir must be in a folder")
