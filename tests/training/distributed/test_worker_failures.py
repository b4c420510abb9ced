"""An error of TensorFlow after the loss of a worker becomes one that names the worker, on all others."""

import socket
import threading

import pytest
import tensorflow as tf

from ner.cluster.control_channel import ControlChannel
from ner.errors import InputError, LostWorkerError
from ner.training.distributed import worker_failures
from ner.training.distributed.worker_failures import diagnose_timeout, explain_lost_workers
from tests.loopback import clusters, run

HOST = socket.gethostname()


@pytest.fixture(autouse=True)
def long_timeouts(monkeypatch):
    """Long enough for workers that answer, on a busy machine too."""
    monkeypatch.setattr(worker_failures, "_CLOSE_SECONDS", 20.0)
    monkeypatch.setattr(worker_failures, "_BARRIER_SECONDS", 20.0)


@pytest.fixture
def short_close_timeout(monkeypatch):
    """For tests in which no connection is closed, so that the whole timeout passes."""
    monkeypatch.setattr(worker_failures, "_CLOSE_SECONDS", 0.1)


@pytest.fixture
def short_barrier_timeout(monkeypatch):
    """For tests in which a worker does not answer, so that the whole timeout passes."""
    monkeypatch.setattr(worker_failures, "_BARRIER_SECONDS", 0.5)


def fail(channel, kind="Unavailable", message="Collective failed:\n\n  Socket\n closed"):
    with explain_lost_workers(channel):
        raise getattr(tf.errors, f"{kind}Error")(None, None, message)


def texts(outcomes):
    assert all(isinstance(one, LostWorkerError) for one in outcomes), outcomes
    return {str(one) for one in outcomes}


@pytest.mark.parametrize("kind", ["Unavailable", "DeadlineExceeded", "Aborted", "Cancelled", "Internal", "Unknown"])
def test_a_worker_that_left_is_named_by_all_others(kind):
    chief, _, other = run(clusters(3), lambda channel, index: None if index == 1 else fail(channel, kind))
    assert texts([chief, other]) == {f"worker 1 ({HOST}) disconnected"}


@pytest.mark.usefixtures("short_close_timeout", "short_barrier_timeout")
def test_a_worker_that_hangs_is_named_by_all_others():
    named = threading.Barrier(3)

    def work(channel, index):
        try:
            if index != 1:
                fail(channel)
        finally:
            named.wait(30)

    chief, _, other = run(clusters(3), work)
    assert texts([chief, other]) == {f"worker 1 ({HOST}) did not answer for 0.5 s"}


def test_an_input_error_of_another_worker_is_raised_instead():
    def work(channel, index):
        if index == 1:
            raise InputError("shard 7 is damaged")
        fail(channel)

    chief, own, other = run(clusters(3), work)
    assert {type(one) for one in (chief, own, other)} == {InputError}
    assert str(chief) == str(other) == f"worker 1 ({HOST}): shard 7 is damaged"


@pytest.mark.usefixtures("short_close_timeout")
def test_a_failed_connection_between_workers_that_all_answer_says_what_tensorflow_said():
    outcomes = run(clusters(2), lambda channel, index: fail(channel))
    assert texts(outcomes) == {"the connection between workers failed: Socket closed"}


@pytest.mark.usefixtures("short_close_timeout")
@pytest.mark.parametrize("kind", ["Internal", "Unknown"])
def test_an_error_that_may_have_another_cause_passes_while_all_are_connected(kind):
    present = threading.Barrier(2)

    def work(channel, index):
        try:
            fail(channel, kind)
        finally:
            present.wait(30)

    assert all(isinstance(one, getattr(tf.errors, f"{kind}Error")) for one in run(clusters(2), work))


@pytest.mark.parametrize("kind", ["InvalidArgument", "ResourceExhausted"])
def test_other_errors_pass_at_once(kind, monkeypatch):
    monkeypatch.setattr(worker_failures, "_CLOSE_SECONDS", 1e6)
    outcomes = run(clusters(2), lambda channel, index: fail(channel, kind))
    assert all(isinstance(one, getattr(tf.errors, f"{kind}Error")) for one in outcomes)


def test_errors_of_a_single_worker_pass():
    with pytest.raises(tf.errors.UnavailableError):
        fail(ControlChannel.single_worker())


@pytest.mark.usefixtures("short_barrier_timeout")
def test_a_timeout_is_explained_by_the_worker_that_does_not_answer():
    named = threading.Barrier(2)

    def work(channel, index):
        try:
            return diagnose_timeout(channel, 7) if index == 0 else None
        finally:
            named.wait(30)

    assert texts(run(clusters(2), work)[:1]) == {f"worker 1 ({HOST}) did not answer for 0.5 s"}


def test_a_timeout_where_all_workers_answer_names_the_flag():
    outcomes = run(clusters(2), lambda channel, index: diagnose_timeout(channel, 7))
    expected = (
        "no worker made progress for 7 s, although all answer; --collective_timeout sets this limit (before the first "
        "update also --startup_timeout)"
    )
    assert texts(outcomes) == {expected}


def test_the_reason_of_a_worker_that_left_explains_a_timeout():
    def work(channel, index):
        if index == 1:
            raise InputError("shard 7 is damaged")
        return diagnose_timeout(channel, 7)

    assert str(run(clusters(2), work)[0]) == f"worker 1 ({HOST}): shard 7 is damaged"
