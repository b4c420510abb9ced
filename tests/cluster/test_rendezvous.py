import socket
import time
from dataclasses import replace

import pytest

from ner.cluster import authentication, framing, rendezvous, rendezvous_server
from ner.cluster.address import Address
from ner.cluster.handshake import WorkerInfo
from ner.cluster.rendezvous_server import observed_addresses
from ner.errors import InputError, LostWorkerError
from tests.loopback import SOURCE, WaitLines, Workers, authenticated, clusters, exchange, join, run, texts

HOST = socket.gethostname()


def addresses(channel, index):
    return channel.addresses


def introduce(cluster):
    """A worker's connection to a chief that has admitted it."""
    own = WorkerInfo(cluster.index, cluster.num_workers, "by-hand", cluster.port, {"addresses": ""})
    return authenticated(cluster, own.to_bytes())


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_workers_may_connect_in_any_order(order):
    members, workers = clusters(3), Workers()
    for index in order:
        waits = WaitLines()
        workers.start(lambda one, waits: join(one, exchange, on_wait=waits), members[index], waits)
        if index == order[0]:
            assert waits.said.wait(30)  # nobody is there for it
    assert workers.outcomes() == [b"0 1 2"] * 3


def test_the_rendezvous_says_which_workers_it_waits_for(monkeypatch):
    monkeypatch.setattr(rendezvous_server, "REMINDER_SECONDS", 0.05)
    monkeypatch.setattr(rendezvous, "REMINDER_SECONDS", 0.05)
    members, workers, chief, other = clusters(4), Workers(), WaitLines(), WaitLines()
    workers.start(lambda: join(members[3], exchange, on_wait=other))
    assert other.said.wait(30)
    workers.start(lambda: join(members[0], exchange, on_wait=chief))
    where = members[0].chief
    assert chief.said.wait(30)
    with introduce(members[2]):
        while f"waiting for worker 1 of 4 at {where}" not in chief.lines:
            chief.said.clear()
            assert chief.said.wait(30)
    for index in (2, 1):
        workers.start(join, members[index], exchange)
    assert workers.outcomes() == [b"0 1 2 3"] * 4
    assert chief.lines[0].startswith("waiting for workers 1, 2 and 3 of 4 at 127.0.0.1:")
    assert other.lines[0] == f"waiting for worker 0 at {where} (Connection refused)"


def test_addresses_are_those_observed_with_each_workers_port():
    members = clusters(3)
    assert run(members, addresses) == [tuple(f"127.0.0.1:{member.port}" for member in members)] * 3


def test_addresses_from_the_environment_are_kept():
    plain = clusters(2)
    named = (f"localhost:{plain[0].port}", f"localhost:{plain[1].port}")
    members = [replace(one, chief=named[0], addresses=named) for one in plain]
    assert run(members, addresses) == [named] * 2
    outcomes = run([members[0], replace(members[1], addresses=(plain[0].chief, named[1]))], addresses)
    assert "has other addresses than worker 0" in texts(outcomes, InputError).pop()


def test_workers_connect_over_ipv6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    members = clusters(2, "[::1]")
    assert run(members, addresses) == [tuple(f"[::1]:{member.port}" for member in members)] * 2


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([("10.0.0.6", "10.0.0.7", 21), ("10.0.0.6", "10.0.0.8", 22)], "10.0.0.6:20 10.0.0.7:21 10.0.0.8:22"),
        ([("::ffff:10.0.0.6", "::ffff:10.0.0.7", 21)], "10.0.0.6:20 10.0.0.7:21"),
        ([("fd00::6", "fd00::7", 21)], "[fd00::6]:20 [fd00::7]:21"),
        ([("127.0.1.1", "127.0.0.1", 21), ("10.0.0.6", "10.0.0.8", 22)], "10.0.0.6:20 10.0.0.6:21 10.0.0.8:22"),
        ([("10.0.0.6", "10.0.0.6", 21), ("10.0.0.6", "10.0.0.8", 22)], "10.0.0.6:20 10.0.0.6:21 10.0.0.8:22"),
    ],
)
def test_every_worker_has_an_address_that_all_can_reach(others, expected):
    assert observed_addresses(20, others) == tuple(expected.split())


@pytest.mark.parametrize("present", [[0], [0, 2]])
def test_a_missing_worker_ends_those_that_connected(present):
    members = clusters(3)
    outcomes = run([members[index] for index in present], exchange, seconds=(0.5, 20))
    missing, came = ("worker 1", "workers 0 and 2") if 2 in present else ("workers 1 and 2", "worker 0")
    expected = f"{missing} of 3 did not connect to {members[0].chief} within 0.5 s; only {came} did"
    assert texts(outcomes, LostWorkerError) == {expected}


def test_a_missing_chief_is_named_with_its_address():
    member = clusters(2)[1]
    expected = f"could not connect to worker 0 at {member.chief} within 0.3 s (Connection refused)"
    assert texts(run([member], exchange, seconds=(0.3, 20)), LostWorkerError) == {expected}


def test_a_host_name_that_is_not_known_yet_is_tried_again(monkeypatch):
    members, asked, plain = clusters(2, "ner-train-0.ner-train"), WaitLines(), socket.getaddrinfo

    def resolve(host, *arguments, **options):
        if host == "ner-train-0.ner-train":
            if not asked.said.is_set():
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            host = "127.0.0.1"
        return plain(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    workers = Workers()
    workers.start(lambda: join(members[1], exchange, on_wait=asked))
    workers.start(join, members[0], exchange)
    assert workers.outcomes() == [b"0 1"] * 2
    assert asked.lines == [f"waiting for worker 0 at {members[0].chief} (Name or service not known)"]


def test_a_worker_that_was_restarted_is_admitted():
    members, workers, chief = clusters(3), Workers(), WaitLines()
    workers.start(lambda: join(members[0], exchange, on_wait=chief))
    assert chief.said.wait(30)
    introduce(members[1]).close()
    introduce(members[2]).close()
    for index in (2, 1):
        workers.start(join, members[index], exchange)
    assert workers.outcomes() == [b"0 1 2"] * 3


def test_a_second_process_with_the_same_index_replaces_the_first():
    members, workers, chief = clusters(3), Workers(), WaitLines()
    workers.start(lambda: join(members[0], exchange, on_wait=chief))
    assert chief.said.wait(30)
    with introduce(members[1]) as first:
        workers.start(join, members[1], exchange)
        with pytest.raises(InputError, match=r"another process has the same index: worker 1 \(by-hand\) was replaced"):
            framing.receive(first, time.monotonic() + 10)
        workers.start(join, members[2], exchange)
        assert workers.outcomes() == [b"0 1 2"] * 3


def test_workers_connect_to_a_chief_that_was_restarted():
    members, workers = clusters(2), Workers()
    with socket.create_server(Address.parse(members[0].chief)) as listener:
        workers.start(join, members[1], exchange)
        taken, _ = listener.accept()
        with taken:
            deadline, challenge = time.monotonic() + 10, authentication.make_challenge()
            framing.send(taken, challenge, deadline)
            answer = framing.receive(taken, deadline)
            framing.send(taken, authentication.check_answer(members[0].key, challenge, answer)[1], deadline)
    workers.start(join, members[0], exchange)
    assert workers.outcomes() == [b"0 1"] * 2


@pytest.mark.parametrize("where", ["0.0.0.0", "127.0.0.1"])
def test_a_chiefs_port_in_use_is_named_at_once(where):
    member = clusters(2)[0]
    with socket.create_server((where, member.port)):
        text = texts(run([member], exchange), InputError).pop()
    assert text.startswith(f"port {member.port} of worker 0 is in use on {HOST} (from {SOURCE}): end the process")


def test_another_workers_port_in_use_ends_all():
    members = clusters(3)
    with socket.create_server(("", members[2].port)):
        text = texts(run(members, exchange), InputError).pop()
    assert text.startswith(f"port {members[2].port} of worker 2 is in use on {HOST}")


def test_a_port_in_use_is_named_also_without_a_chief():
    member = clusters(2)[1]
    with socket.create_server(("", member.port)):
        assert "is in use" in texts(run([member], exchange, seconds=(0.2, 20)), InputError).pop()


def test_whatever_ends_a_rendezvous_frees_the_port():
    members = clusters(2)

    def stop(line):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        join(members[0], exchange, on_wait=stop)
    socket.create_server(("", members[0].port)).close()


def test_a_listener_without_the_key_is_not_taken_for_the_chief():
    """It lets everyone in, and only its proof is wrong: the worker goes on waiting for the chief."""
    members, workers, waits = clusters(2), Workers(), WaitLines()
    with socket.create_server(Address.parse(members[0].chief)) as listener:
        workers.start(lambda: join(members[1], exchange, on_wait=waits))
        connection, _ = listener.accept()
        with connection:
            deadline = time.monotonic() + 10
            framing.send(connection, authentication.make_challenge(), deadline)
            framing.receive(connection, deadline)
            framing.send(connection, b"x" * 32, deadline)
            assert waits.said.wait(30)
    workers.start(join, members[0], exchange)
    assert workers.outcomes() == [b"0 1"] * 2
    assert "it belongs to another run, or has another NER_CLUSTER_KEY" in waits.lines[0]
