"""Frames on a TCP connection: a byte for the kind, eight for the length, and so many bytes of payload.

A frame is a message, or the reason for which the sender ends the run; to receive a reason raises it.
"""

import select
import socket
import struct
import time
from contextlib import suppress

from ner.errors import InputError, LostWorkerError

LIMIT = 1 << 30  # bytes of a payload

Reason = LostWorkerError | InputError

_HEADER = struct.Struct(">BQ")
_MESSAGE = 0
_REASONS: dict[int, type[LostWorkerError] | type[InputError]] = {1: LostWorkerError, 2: InputError}
_PART = 1 << 20
_HANGUP = getattr(select, "POLLRDHUP", 0)  # Linux: the peer closed, whatever is still to be read
# A host that is gone without a word is noticed after a minute: the first probe, seconds between probes, probes.
_KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


def prepare(connection: socket.socket) -> None:
    """Sends small frames at once, and notices a host that is gone."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def send(connection: socket.socket, payload: bytes, deadline: float) -> None:
    """Sends a message. `deadline` is of `time.monotonic`; raises `TimeoutError` after it, `OSError` where cut off."""
    _send(connection, _MESSAGE, payload, deadline)


def send_reason(connection: socket.socket, reason: Reason, seconds: float = 1.0) -> None:
    """Tells why the sender ends the run, where the receiver can still be reached."""
    kind = next(kind for kind, one in _REASONS.items() if isinstance(reason, one))
    with suppress(OSError):
        _send(connection, kind, str(reason).encode(), time.monotonic() + seconds)


def receive(connection: socket.socket, deadline: float) -> bytes:
    """The next message. Raises as `send`, and the reason where one came instead."""
    kind, size = _kind_and_size(_read(connection, _HEADER.size, deadline), LIMIT)
    return _message(kind, _read(connection, size, deadline))


def first_message(received: bytes, limit: int) -> bytes | None:
    """The message that `received` begins with, None while it is not whole.

    Raises `ConnectionError` where that is no frame or has more than `limit` bytes, and the reason where it is one.
    """
    if len(received) < _HEADER.size:
        return None
    kind, size = _kind_and_size(received[: _HEADER.size], limit)
    payload = received[_HEADER.size : _HEADER.size + size]
    return _message(kind, payload) if len(payload) == size else None


def has_ended(connection: socket.socket) -> bool:
    """Whether the other side closed the connection, or a reason is the next that it said; does not wait."""
    poll = select.poll()
    poll.register(connection, select.POLLIN | _HANGUP)
    events = dict(poll.poll(0)).get(connection.fileno(), 0)
    if events & (select.POLLHUP | select.POLLERR | _HANGUP):
        return True
    if not events:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) != bytes([_MESSAGE])
    except OSError:
        return True


def _send(connection: socket.socket, kind: int, payload: bytes, deadline: float) -> None:
    if len(payload) > LIMIT:
        raise ValueError(f"a message of {len(payload)} bytes, more than {LIMIT}")
    connection.settimeout(_left(deadline))
    connection.sendall(_HEADER.pack(kind, len(payload)) + payload)


def _read(connection: socket.socket, size: int, deadline: float) -> bytes:
    received = bytearray()
    while len(received) < size:
        connection.settimeout(_left(deadline))
        part = connection.recv(min(size - len(received), _PART))
        if not part:
            raise ConnectionResetError("connection closed")
        received += part
    return bytes(received)


def _left(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def _kind_and_size(header: bytes, limit: int) -> tuple[int, int]:
    kind, size = _HEADER.unpack(header)
    if (kind != _MESSAGE and kind not in _REASONS) or size > limit:
        raise ConnectionAbortedError("another program answers there")
    return kind, size


def _message(kind: int, payload: bytes) -> bytes:
    if kind in _REASONS:
        raise _REASONS[kind](payload.decode("utf-8", "replace"))
    return payload
