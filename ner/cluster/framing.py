"""Frames on a TCP connection: one byte for the kind, eight for the length, then the payload.

A frame is a message, or the error with which the sender ends the run; receiving an error raises it.
"""

import select
import socket
import struct
import time
from contextlib import suppress

from ner.errors import InputError, LostWorkerError

MAX_PAYLOAD_BYTES = 1 << 30

RunError = LostWorkerError | InputError

_HEADER = struct.Struct(">BQ")
_MESSAGE = 0
_ERRORS: dict[int, type[LostWorkerError] | type[InputError]] = {1: LostWorkerError, 2: InputError}
_CHUNK_BYTES = 1 << 20
_HANGUP = getattr(select, "POLLRDHUP", 0)  # Linux: the peer closed the connection, even if unread data remains
# A host that vanishes is noticed after a minute: first probe after 30 s, then up to 3 probes every 10 s.
_KEEPALIVE = {"TCP_KEEPIDLE": 30, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


def configure(connection: socket.socket) -> None:
    """Sets TCP_NODELAY, for small frames, and keepalive, which notices a host that vanished."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def send(connection: socket.socket, payload: bytes, deadline: float) -> None:
    """Sends a message. `deadline` is a time of `time.monotonic`.

    Raises `TimeoutError` after the deadline and another `OSError` if the connection is closed.
    """
    _send(connection, _MESSAGE, payload, deadline)


def send_error(connection: socket.socket, error: RunError, seconds: float = 1.0) -> None:
    """Sends the error that ends the run, if the receiver can still be reached within `seconds`."""
    kind = next(kind for kind, one in _ERRORS.items() if isinstance(error, one))
    with suppress(OSError):
        _send(connection, kind, str(error).encode(), time.monotonic() + seconds)


def receive(connection: socket.socket, deadline: float) -> bytes:
    """The next message. Raises as `send` does, or the error that arrived instead of a message."""
    kind, size = _parse_header(_read(connection, _HEADER.size, deadline), MAX_PAYLOAD_BYTES)
    return _message(kind, _read(connection, size, deadline))


def parse_message(received: bytes, max_bytes: int) -> bytes | None:
    """The message at the beginning of `received`; None while it is incomplete.

    Raises `ConnectionError` if this is no frame or longer than `max_bytes`, and the error if it is one.
    """
    if len(received) < _HEADER.size:
        return None
    kind, size = _parse_header(received[: _HEADER.size], max_bytes)
    payload = received[_HEADER.size : _HEADER.size + size]
    return _message(kind, payload) if len(payload) == size else None


def has_ended(connection: socket.socket) -> bool:
    """Whether the peer closed the connection or the next frame is an error. Does not wait."""
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
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise ValueError(f"a message of {len(payload)} bytes: at most {MAX_PAYLOAD_BYTES} bytes are allowed")
    connection.settimeout(_remaining(deadline))
    connection.sendall(_HEADER.pack(kind, len(payload)) + payload)


def _read(connection: socket.socket, size: int, deadline: float) -> bytes:
    received = bytearray()
    while len(received) < size:
        connection.settimeout(_remaining(deadline))
        chunk = connection.recv(min(size - len(received), _CHUNK_BYTES))
        if not chunk:
            raise ConnectionResetError("connection closed")
        received += chunk
    return bytes(received)


def _remaining(deadline: float) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise TimeoutError("timed out")
    return seconds


def _parse_header(header: bytes, max_bytes: int) -> tuple[int, int]:
    kind, size = _HEADER.unpack(header)
    if (kind != _MESSAGE and kind not in _ERRORS) or size > max_bytes:
        raise ConnectionAbortedError("another program answers there")
    return kind, size


def _message(kind: int, payload: bytes) -> bytes:
    if kind in _ERRORS:
        raise _ERRORS[kind](payload.decode("utf-8", "replace"))
    return payload
