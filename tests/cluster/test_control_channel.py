import socket
import threading
import time
from dataclasses import replace

import pytest

from ner.cluster import control_channel
from ner.cluster.address import Address
from ner.cluster.control_channel import ControlChannel
from ner.errors import InputError, LostWorkerError
from tests.loopback import Workers, clusters, join, run

HOST = socket.gethostname()


def texts(outcomes, kind=LostWorkerError):
    assert all(isinstance(one, kind) for one in outcomes), outcomes
    return {str(one) for one in outcomes}


def test_gather_and_broadcast_keep_the_order_of_workers_and_of_calls():
    def work(channel, index):
        gathered = [channel.gather(f"{number}-{index}".encode()) for number in range(3)]
        return gathered, [channel.broadcast(f"{number}".encode()) for number in range(2)], channel.broadcast()

    chief, *others = run(clusters(4), work)
    assert chief[0] == [[f"{number}-{index}".encode() for index in range(4)] for number in range(3)]
    assert [other[0] for other in others] == [[[], [], []]] * 3
    assert [one[1:] for one in (chief, *others)] == [([b"0", b"1"], b"")] * 4


def test_messages_may_be_large():
    def work(channel, index):
        gathered = channel.gather(bytes([index]) * (1 << 20))
        return [len(one) for one in gathered if len(set(one)) == 1], channel.broadcast(b"x" * (1 << 20))

    chief, *others = run(clusters(3), work)
    assert chief[0] == [1 << 20] * 3
    assert {one[1] for one in (chief, *others)} == {b"x" * (1 << 20)}


def test_a_single_worker_never_waits():
    with ControlChannel.single_worker() as channel:
        assert channel.gather(b"a") == [b"a"]
        assert channel.broadcast(b"b") == b"b"
        assert channel.addresses == ()
        channel.check()
        channel.check(0)
    member = replace(clusters(1)[0], chief="")
    assert ControlChannel.connect(member, {}, 0, 0).addresses == ()


def test_ports_are_free_after_the_rendezvous():
    """TensorFlow's server listens where the workers met, while the connections live on."""
    members = clusters(3)

    def work(channel, index):
        with socket.create_server(("", members[index].port)) as listener:
            channel.gather(b"")
            channel.broadcast()
            reached = socket.create_connection(Address.parse(channel.addresses[(index + 1) % 3]))
            taken, _ = listener.accept()
            with reached, taken:
                channel.gather(b"")
                return channel.broadcast(b"still here")

    assert run(members, work) == [b"still here"] * 3


def test_barrier_names_a_worker_that_does_not_answer():
    met = threading.Barrier(3)

    def work(channel, index):
        channel.barrier(10)
        met.wait()
        if index == 1:
            return time.sleep(1)
        return channel.barrier(0.3)

    chief, silent, other = run(clusters(3), work)
    assert silent is None
    assert texts([chief, other]) == {f"worker 1 ({HOST}) did not answer for 0.3 s"}


def test_a_worker_that_disconnects_is_named_by_all():
    def work(channel, index):
        if index == 1:
            return "left"
        channel.gather(b"")
        return channel.broadcast()

    chief, left, other = run(clusters(3), work)
    assert left == "left"
    assert texts([chief, other]) == {f"worker 1 ({HOST}) disconnected"}


def test_a_disconnect_is_noticed_while_another_worker_is_awaited():
    noticed = threading.Event()

    def work(channel, index):
        if index == 1:
            assert noticed.wait(30)
        elif index == 0:
            with pytest.raises(LostWorkerError, match=r"worker 2 .* disconnected"):
                channel.gather(b"")
            noticed.set()

    assert run(clusters(3), work) == [None] * 3


def test_a_worker_that_does_not_answer_is_named_by_all():
    noticed = threading.Event()

    def work(channel, index):
        if index == 1:
            assert noticed.wait(30)
            return None
        try:
            channel.gather(b"")
            return channel.broadcast()
        finally:
            noticed.set()

    chief, _, other = run(clusters(3), work, seconds=(20, 0.5))
    assert texts([chief, other]) == {f"worker 1 ({HOST}) did not answer for 0.5 s"}


def test_the_time_for_an_answer_can_change():
    done = threading.Barrier(2)

    def work(channel, index):
        channel.answer_within(0.2)
        try:
            return channel.gather(b"") if index == 0 else None
        finally:
            done.wait(30)

    chief, _ = run(clusters(2), work, seconds=(20, 60))
    assert texts([chief]) == {f"worker 1 ({HOST}) did not answer for 0.2 s"}


def test_a_worker_that_reads_nothing_is_named(monkeypatch):
    monkeypatch.setattr(control_channel, "_ERROR_SECONDS", 0.1)
    noticed = threading.Event()

    def work(channel, index):
        if index == 1:
            assert noticed.wait(30)
            return
        with pytest.raises(LostWorkerError, match=r"worker 1 .* did not answer for 0.2 s"):
            channel.broadcast(bytes(1 << 24))
        noticed.set()

    assert run(clusters(2), work, seconds=(20, 0.2)) == [None] * 2


@pytest.mark.parametrize(
    "call", [lambda channel: channel.broadcast(), lambda channel: [channel.gather(b"x") for _ in range(10_000)]]
)
def test_a_chief_that_disconnects_is_named_by_the_others(call):
    chief, *others = run(clusters(3), lambda channel, index: index and call(channel))
    assert chief == 0
    assert texts(others) == {f"worker 0 ({HOST}) disconnected"}


def test_a_chief_that_does_not_answer_gets_a_little_longer(monkeypatch):
    monkeypatch.setattr(control_channel, "_GRACE_SECONDS", 0.1)
    noticed = threading.Event()

    def work(channel, index):
        if index == 0:
            assert noticed.wait(30)
            return None
        try:
            return channel.broadcast()
        finally:
            noticed.set()

    assert texts(run(clusters(2), work, seconds=(20, 0.2))[1:]) == {f"worker 0 ({HOST}) did not answer for 0.3 s"}


def test_check_names_who_disconnected_and_passes_while_all_are_connected():
    present, gone = threading.Barrier(3), threading.Barrier(2)

    def work(channel, index):
        channel.check()
        channel.check(0.01)
        present.wait(30)
        if index == 2:
            return None
        try:
            channel.check(30)
        finally:
            gone.wait(30)  # the other knows it from what the chief said, before that leaves too

    chief, other, _ = run(clusters(3), work)
    assert texts([chief, other]) == {f"worker 2 ({HOST}) disconnected"}


def test_check_sees_a_worker_that_left_after_its_message():
    def work(channel, index):
        if index == 1:
            channel.gather(b"unread")
        else:
            channel.check(30)

    assert texts(run(clusters(2), work)[:1]) == {f"worker 1 ({HOST}) disconnected"}


@pytest.mark.parametrize("who", [0, 1])
@pytest.mark.parametrize("where", ["gather", "wait_lost"])
def test_an_input_error_of_one_worker_ends_all_with_its_text(who, where):
    def work(channel, index):
        if index == who:
            raise InputError("shard 7 is damaged")
        if where == "wait_lost":
            channel.check(30)
        channel.gather(b"")
        channel.broadcast()

    outcomes = run(clusters(3), work)
    own = str(outcomes.pop(who))
    assert own == "shard 7 is damaged"
    assert texts(outcomes, InputError) == {own if who == 0 else f"worker 1 ({HOST}): {own}"}


def test_the_error_of_the_chief_is_read_even_if_sending_fails():
    def work(channel, index):
        if index == 0:
            raise InputError("shard 7 is damaged")
        for _ in range(100_000):
            channel.gather(b"x")

    assert texts(run(clusters(3), work), InputError) == {"shard 7 is damaged"}


def test_a_lost_worker_error_of_the_chief_ends_all_with_its_text():
    def work(channel, index):
        if index == 0:
            raise LostWorkerError("worker 2 is out of memory")
        channel.broadcast()

    assert texts(run(clusters(3), work)) == {"worker 2 is out of memory"}


def test_connections_are_closed_at_the_end():
    workers, kept = Workers(), []
    for cluster in clusters(2):
        workers.start(join, cluster, lambda channel, index: kept.append(channel))
    workers.outcomes()
    started = time.monotonic()
    for channel in kept:
        with pytest.raises((LostWorkerError, ValueError)):
            channel.broadcast()
            channel.gather(b"")
    assert time.monotonic() - started < 10
