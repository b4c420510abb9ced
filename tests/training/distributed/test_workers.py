"""What the workers of a run agree on, and what they refuse before TensorFlow connects them."""

import threading
from types import SimpleNamespace

import pytest
import tensorflow as tf

from ner.errors import InputError, LostWorkerError
from ner.training.distributed.workers import Workers, make_replicas
from tests.loopback import clusters, run

COUNT = 3


def on_workers(function):
    """What `function(workers)` returned or raised on each of three workers with one device each."""

    def work(channel, index):
        return function(Workers(SimpleNamespace(count=COUNT, own=range(index, index + 1)), channel, index))

    return run(clusters(COUNT), work)


def test_count_is_the_number_of_processes_not_of_devices():
    assert Workers(SimpleNamespace(count=6, own=range(2, 4)), index=1).count == 3
    assert Workers().count == 1
    assert Workers().is_chief


def test_broadcast_gives_the_chiefs_value_to_all():
    assert on_workers(lambda workers: workers.broadcast({"step": workers.index})) == [{"step": 0}] * COUNT
    assert Workers().broadcast([1.5, None]) == [1.5, None]


@pytest.mark.parametrize("who", [None, 0, 2])
def test_any_is_the_same_on_all_workers(who):
    assert on_workers(lambda workers: workers.any(workers.index == who)) == [who is not None] * COUNT


def test_any_of_a_single_worker_is_its_own():
    assert [Workers().any(value) for value in (True, False)] == [True, False]


def test_differing_names_the_workers_that_do_not_have_the_chiefs_text():
    assert on_workers(lambda workers: workers.differing("same")) == [[]] * COUNT
    assert on_workers(lambda workers: workers.differing("ü" if workers.index else "u")) == [[1, 2]] * COUNT


def test_workers_with_different_numbers_of_gpus_are_refused(monkeypatch):
    gpus = threading.local()
    monkeypatch.setattr(tf.config, "get_visible_devices", lambda kind: gpus.seen)

    def work(channel, index):
        gpus.seen = ["GPU"] * (2 if index == 1 else 4)
        return make_replicas(channel, index)

    for error in run(clusters(COUNT), work):
        assert isinstance(error, InputError)
        assert str(error).startswith("workers have 4, 2, 4 GPUs, in order of index: expected the same number on each")


def test_a_port_that_was_taken_since_the_workers_met_is_named(monkeypatch):
    def refuse(cluster_resolver):
        raise tf.errors.UnknownError(None, None, "Could not start gRPC server")

    monkeypatch.setattr(tf.distribute, "MultiWorkerMirroredStrategy", refuse)
    found = run(clusters(2), make_replicas)
    assert [type(one) for one in found] == [LostWorkerError] * 2
    for index, error in enumerate(found):
        assert f"worker {index}: TensorFlow could not listen at 127.0.0.1:" in str(error)
        assert "(Could not start gRPC server); another process may have taken the port" in str(error)
