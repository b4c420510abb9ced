"""Which connections and which workers a rendezvous refuses, and how both ends report it."""

import socket
import struct
import time
from contextlib import ExitStack, suppress
from dataclasses import replace

import pytest

from ner.cluster import authentication, framing, rendezvous_server
from ner.cluster.address import Address
from ner.errors import InputError, LostWorkerError
from tests.loopback import SOURCE, WaitLines, Workers, authenticated, clusters, exchange, join, run, texts

HOST = socket.gethostname()


def test_connections_of_other_programs_do_not_disturb(monkeypatch):
    monkeypatch.setattr(rendezvous_server, "HANDSHAKE_SECONDS", 0.3)
    members, workers, chief = clusters(2), Workers(), WaitLines()
    workers.start(lambda: join(members[0], exchange, on_wait=chief))
    assert chief.said.wait(30)
    where = Address.parse(members[0].chief)
    socket.create_connection(where).close()
    with ExitStack() as stack:
        for said in (
            b"",
            b"GET / HTTP/1.1\r\nHost: n1\r\n\r\n",
            struct.pack(">BQ", 0, 1 << 40),
            struct.pack(">BQ", 0, 100) + b"{",
            struct.pack(">BQ", 0, 2) + b"{}",
            struct.pack(">BQ", 2, 4) + b"stop",
            struct.pack(">BQ", 1, 4) + b"stop",
        ):
            connection = stack.enter_context(socket.create_connection(where))
            connection.sendall(said)
            connection.settimeout(20)
            with suppress(ConnectionResetError):
                while connection.recv(1000):  # closed, at once or after the time for the handshake
                    pass
        stack.enter_context(socket.create_connection(where))  # says nothing until all have met
        workers.start(join, members[1], exchange)
        assert workers.outcomes() == [b"0 1"] * 2


def test_another_program_on_the_chiefs_port_is_not_taken_for_the_chief():
    member, workers, waits = clusters(2)[1], Workers(), WaitLines()
    with socket.create_server(Address.parse(member.chief)) as listener:
        workers.start(lambda: join(member, exchange, seconds=(1.5, 20), on_wait=waits))
        taken, _ = listener.accept()
        with taken:
            taken.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            assert waits.said.wait(30)
        listener.close()
        assert "could not connect" in texts(workers.outcomes(), LostWorkerError).pop()
    assert waits.lines == [f"waiting for worker 0 at {member.chief} (another program answers there)"]


@pytest.mark.parametrize("reply", [authentication.REFUSAL, bytes(32), InputError("stop"), LostWorkerError("stop")])
def test_a_chief_that_does_not_prove_its_key_is_refused(reply):
    member, workers, waits = clusters(2)[1], Workers(), WaitLines()
    with socket.create_server(Address.parse(member.chief)) as listener:
        workers.start(lambda: join(member, exchange, seconds=(1.5, 20), on_wait=waits))
        taken, _ = listener.accept()
        listener.close()
        with taken:
            framing.send(taken, authentication.make_challenge(), time.monotonic() + 10)
            framing.receive(taken, time.monotonic() + 10)
            if isinstance(reply, bytes):
                framing.send(taken, reply, time.monotonic() + 10)
            else:
                framing.send_error(taken, reply)
            assert waits.said.wait(30)
    texts(workers.outcomes(), LostWorkerError)
    assert "another program answers there" in waits.lines[0] or "another NER_CLUSTER_KEY" in waits.lines[0]


def test_a_worker_with_another_key_is_refused_and_both_ends_say_so(monkeypatch):
    monkeypatch.setattr(rendezvous_server, "REMINDER_SECONDS", 0.05)
    members, workers, chief, other = clusters(2), Workers(), WaitLines(), WaitLines()
    where = members[0].chief
    workers.start(lambda: join(members[0], exchange, seconds=(1, 20), on_wait=chief))
    assert chief.said.wait(30)
    workers.start(lambda: join(replace(members[1], secret="x"), exchange, seconds=(0.5, 20), on_wait=other))
    outcomes = workers.outcomes()
    unproved = "it belongs to another run, or has another NER_CLUSTER_KEY"
    refused = "refused a connection from 127.0.0.1: of another run, or with another NER_CLUSTER_KEY"
    assert str(outcomes[0]) == f"worker 1 of 2 did not connect to {where} within 1 s; only worker 0 did ({refused})"
    assert f"waiting for worker 1 of 2 at {where} ({refused})" in chief.lines
    assert other.lines == [f"waiting for worker 0 at {where} ({unproved})"]
    texts(outcomes, LostWorkerError)


def test_workers_with_the_same_secret_connect():
    assert run([replace(one, secret="x") for one in clusters(2)], exchange) == [b"0 1"] * 2


@pytest.mark.parametrize(
    ("name", "own", "other", "message"),
    [
        (
            "code",
            "c0",
            "c1",
            r"worker 2 \(.*\) has other code than worker 0: c1 there, c0 .*; install the same version",
        ),
        ("records", "99ab", "3f2a", r"other records than worker 0: 3f2a there, 99ab on .*the same --records"),
        (
            "settings",
            '{"a": 1, "b": 2}',
            '{"a": 1, "b": 3}',
            r"settings than worker 0: b 3 there, 2 on worker 0; start",
        ),
    ],
)
def test_workers_that_differ_end_all_with_one_line(name, own, other, message):
    workers = Workers()
    for cluster in clusters(3):
        workers.start(join, cluster, exchange, {name: other if cluster.index == 2 else own})
    outcomes = workers.outcomes()
    assert len(texts(outcomes, InputError)) == 1
    with pytest.raises(InputError, match=message):
        raise outcomes[0]


def test_workers_with_different_numbers_of_workers_are_refused():
    members = clusters(2)
    outcomes = run([members[0], replace(members[1], num_workers=3)], exchange)
    expected = f"worker 1 ({HOST}) is one of 3 workers, worker 0 ({HOST}) one of 2 ({SOURCE}): start all of them with"
    assert texts(outcomes, InputError).pop().startswith(expected)


def test_a_worker_of_another_version_is_refused(monkeypatch):
    members, workers, chief = clusters(2), Workers(), WaitLines()
    workers.start(lambda: join(members[0], exchange, on_wait=chief))
    assert chief.said.wait(30)
    with (
        authenticated(members[0], b'{"protocol": 2, "index": 1, "host": "node7"}') as connection,
        pytest.raises(InputError, match=r"worker 1 \(node7\) runs another version"),
    ):
        framing.receive(connection, time.monotonic() + 10)
    assert "install the same version" in texts(workers.outcomes(), InputError).pop()
