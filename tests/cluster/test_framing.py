import socket
import struct
import time

import pytest

from ner.cluster import framing
from ner.errors import InputError, LostWorkerError


@pytest.fixture
def pair():
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def soon():
    return time.monotonic() + 10


def test_messages_arrive_as_they_were_sent(pair):
    for message in (b"", b"\x00\x01", "ü".encode()):
        framing.send(pair[0], message, soon())
    assert [framing.receive(pair[1], soon()) for _ in range(3)] == [b"", b"\x00\x01", "ü".encode()]


@pytest.mark.parametrize("reason", [LostWorkerError("worker 1 disconnected"), InputError("port in use")])
def test_an_error_is_raised_by_the_receiver(pair, reason):
    framing.send(pair[0], b"first", soon())
    framing.send_error(pair[0], reason)
    assert framing.receive(pair[1], soon()) == b"first"
    with pytest.raises(type(reason), match=f"^{reason}$"):
        framing.receive(pair[1], soon())


def test_an_error_that_nobody_receives_is_ignored(pair):
    pair[1].close()
    framing.send_error(pair[0], InputError("port in use"))


def test_receive_waits_until_the_deadline_however_slowly_bytes_come(pair):
    pair[0].sendall(struct.pack(">BQ", 0, 4) + b"abc")
    with pytest.raises(TimeoutError):
        framing.receive(pair[1], time.monotonic() + 0.1)
    with pytest.raises(TimeoutError):
        framing.receive(pair[1], time.monotonic() - 1)


def test_a_connection_that_ends_in_the_middle_is_an_error(pair):
    pair[0].sendall(struct.pack(">BQ", 0, 4) + b"abc")
    pair[0].close()
    with pytest.raises(ConnectionError):
        framing.receive(pair[1], soon())


@pytest.mark.parametrize("header", [b"GET / HTTP/1.1", struct.pack(">BQ", 0, (1 << 30) + 1), b"\x03" + bytes(8)])
def test_anything_but_a_frame_is_an_error(pair, header):
    pair[0].sendall(header)
    with pytest.raises(ConnectionError, match="another program"):
        framing.receive(pair[1], soon())
    with pytest.raises(ConnectionError, match="another program"):
        framing.parse_message(header, framing.MAX_PAYLOAD_BYTES)


def test_a_message_beyond_the_limit_is_not_sent(pair, monkeypatch):
    monkeypatch.setattr(framing, "MAX_PAYLOAD_BYTES", 3)
    with pytest.raises(ValueError, match="4 bytes: at most 3"):
        framing.send(pair[0], b"abcd", soon())


def test_parse_message_returns_none_until_the_message_is_complete(pair):
    framing.send(pair[0], b"abc", soon())
    framed = pair[1].recv(100)
    assert [framing.parse_message(framed[:size], 3) for size in range(len(framed))] == [None] * len(framed)
    assert framing.parse_message(framed, 3) == framing.parse_message(framed + b"more", 3) == b"abc"
    with pytest.raises(ConnectionError):
        framing.parse_message(framed, 2)


def test_has_ended_sees_an_error_and_does_not_consume_it(pair):
    framing.send_error(pair[0], LostWorkerError("worker 1 disconnected"))
    assert framing.has_ended(pair[1])
    with pytest.raises(LostWorkerError, match="worker 1 disconnected"):
        framing.receive(pair[1], soon())
    assert not framing.has_ended(pair[1])


def test_has_ended_sees_a_closed_connection_after_unread_data():
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as one:
        other, _ = listener.accept()
        with other:
            framing.configure(other)
            assert not framing.has_ended(other)
            framing.send(one, b"a message", soon())
            assert other.recv(1, socket.MSG_PEEK)
            assert not framing.has_ended(other)
            one.close()
            deadline = soon()
            while not framing.has_ended(other):
                assert time.monotonic() < deadline
            assert framing.receive(other, soon()) == b"a message"
            assert framing.has_ended(other)
