"""Tasks run in several processes, which stop when the block is left or their parent dies."""

import operator
import os
import time

import pytest

from data_tools.building.maps import processes
from data_tools.building.maps.processes import parallel_map, useful_workers
from ner.errors import InputError


@pytest.mark.parametrize("count", [1, 2])
def test_parallel_map_gives_results_in_the_order_of_the_tasks(count):
    with parallel_map(count) as map_:
        assert list(map_(operator.neg, range(20))) == [-number for number in range(20)]


def test_parallel_map_passes_on_what_a_task_raises():
    with pytest.raises(TypeError), parallel_map(2) as map_:
        list(map_(operator.neg, ["x"]))


def test_parallel_map_says_so_when_a_worker_is_killed():
    with pytest.raises(InputError, match=r"a worker process was killed from outside"), parallel_map(2) as map_:
        list(map_(os._exit, [9]))


def test_parallel_map_stops_tasks_in_the_middle_when_the_block_is_left_by_an_exception():
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), parallel_map(2) as map_:
        map_(time.sleep, [100, 100])
        time.sleep(1)  # until they sleep
        raise KeyboardInterrupt
    assert time.monotonic() - started < 20


def test_useful_workers_depend_on_the_bytes_and_the_cores(monkeypatch):
    monkeypatch.setattr(processes, "BYTES_PER_WORKER", 10)
    assert useful_workers(0) == 1
    assert 1 <= useful_workers(10**9) <= (os.cpu_count() or 1)
