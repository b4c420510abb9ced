import pytest

from ner.cluster.control_channel import ControlChannel
from ner.errors import InputError
from ner.run_dir.workdir import WorkDir
from ner.training.distributed.consistency import check_shared, wait_for
from tests.loopback import clusters, run


def test_a_folder_that_all_workers_see_is_fine(tmp_path):
    work = WorkDir(str(tmp_path))
    assert run(clusters(2), lambda channel, index: check_shared(work, channel, index, 10)) == [None, None]


def test_workers_that_do_not_see_it_are_named(tmp_path):
    for name in "abc":
        (tmp_path / name).mkdir()
    folders = [WorkDir(str(tmp_path / name)) for name in "aba"]
    for error in run(clusters(3), lambda channel, index: check_shared(folders[index], channel, index, 0.2)):
        assert isinstance(error, InputError)
        assert str(error).startswith("worker 1 does not see ")


def test_a_file_of_an_earlier_start_is_not_taken_for_this_ones(tmp_path):
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "workers.json").write_text('{"token": "old", "workers": []}')
    folders = [WorkDir(str(tmp_path / name)) for name in "ab"]
    assert all(run(clusters(2), lambda channel, index: check_shared(folders[index], channel, index, 0.2)))


def test_a_worker_alone_writes_nothing(tmp_path):
    check_shared(WorkDir(str(tmp_path)), ControlChannel.single_worker(), 0, 1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("after", "seen"), [(1, True), (1000, False)])
def test_wait_for_looks_again_until_the_time_is_up(after, seen):
    looks = []

    def there():
        looks.append(1)
        return len(looks) > after

    assert wait_for(there, 0.6) == seen
