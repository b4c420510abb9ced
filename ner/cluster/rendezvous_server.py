"""The chief's part of a meeting: it takes what comes to its port, until every worker has introduced itself."""

import ipaddress
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait

from ner.cluster import framing
from ner.cluster.address import Address
from ner.cluster.discovery import Cluster
from ner.cluster.handshake import GREETING, Introduction, Welcome, check_same
from ner.errors import InputError, LostWorkerError

REMINDER_SECONDS = 30.0
FIRST_WORDS_SECONDS = 10.0  # then a connection that has not said whose it is is dropped

_LONGEST_INTRODUCTION = 1 << 20


@dataclass(eq=False)
class _Caller:
    """A connection to the port; who it is shows when it has said so."""

    connection: socket.socket
    peer: str
    deadline: float
    received: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True)
class _Guest:
    """A worker that is there."""

    connection: socket.socket
    peer: str
    introduction: Introduction


class Reception:
    """Receives the workers of `cluster` at `listener`; `chief` is what they should be like."""

    def __init__(self, cluster: Cluster, chief: Introduction, listener: socket.socket) -> None:
        self._cluster = cluster
        self._chief = chief
        self._listener = listener
        self._listener.setblocking(False)
        self._callers: list[_Caller] = []
        self._guests: dict[int, _Guest] = {}

    def receive(self, seconds: float, on_wait: Callable[[str], None]) -> tuple[dict[int, socket.socket], Welcome]:
        """The connections to all other workers, and what they were told; the port is free again then.

        Raises `LostWorkerError` where not all came in time, `InputError` where one has other texts than the chief or
        cannot take part; those that are there have been told the same.
        """
        try:
            self._await_all(seconds, on_wait)
            check_same(self._chief, [guest.introduction for _, guest in sorted(self._guests.items())])
            return self._welcome()
        except BaseException as error:
            for guest in self._guests.values():
                if isinstance(error, (InputError, LostWorkerError)):
                    framing.send_reason(guest.connection, error)
                guest.connection.close()
            raise
        finally:
            self._close_port()

    def _await_all(self, seconds: float, on_wait: Callable[[str], None]) -> None:
        now = reminder = time.monotonic()
        deadline = now + seconds
        while missing := [index for index in range(1, self._cluster.num_workers) if index not in self._guests]:
            now = time.monotonic()
            if now >= deadline:
                break
            if now >= reminder:
                on_wait(f"waiting for {_named(missing)} of {self._cluster.num_workers} at {self._cluster.chief}")
                reminder = now + REMINDER_SECONDS
            self._take(min([deadline, reminder, *(caller.deadline for caller in self._callers)]) - now)
        for _, guest in sorted(self._guests.items()):
            if guest.introduction.failure:
                raise InputError(guest.introduction.failure)
        if missing:
            raise LostWorkerError(
                f"{_named(missing)} of {self._cluster.num_workers} did not come to {self._cluster.chief} within "
                f"{seconds:g} s; only {_named([0, *sorted(self._guests)])} came"
            )

    def _take(self, seconds: float) -> None:
        """Waits up to so long for something to come, and deals with all that came."""
        guests, callers = list(self._guests.items()), list(self._callers)
        connections = [*(guest.connection for _, guest in guests), *(caller.connection for caller in callers)]
        ready = wait([self._listener, *connections], max(0.0, seconds))
        for index, guest in guests:
            if guest.connection in ready:  # it has nothing to say now: it left
                del self._guests[index]
                guest.connection.close()
        for caller in callers:
            if caller.connection in ready:
                self._hear(caller)
            elif time.monotonic() >= caller.deadline:
                self._drop(caller)
        if self._listener in ready:
            self._accept()

    def _accept(self) -> None:
        try:
            connection, peer = self._listener.accept()
        except OSError:  # it left in the queue
            return
        connection.settimeout(0)
        self._callers.append(_Caller(connection, peer[0], time.monotonic() + FIRST_WORDS_SECONDS))

    def _drop(self, caller: _Caller) -> None:
        self._callers.remove(caller)
        caller.connection.close()

    def _hear(self, caller: _Caller) -> None:
        try:
            part = caller.connection.recv(_LONGEST_INTRODUCTION)
            caller.received += part
            message = framing.first_message(bytes(caller.received), _LONGEST_INTRODUCTION)
        except (OSError, InputError, LostWorkerError):
            self._drop(caller)
            return
        if message is not None:
            self._meet(caller, message)
        elif not part:
            self._drop(caller)

    def _meet(self, caller: _Caller, message: bytes) -> None:
        """Makes a guest of a caller, where it is one."""
        try:
            introduction = Introduction.from_bytes(message)
            self._check_number(introduction)
            framing.prepare(caller.connection)
            framing.send(caller.connection, GREETING, time.monotonic() + FIRST_WORDS_SECONDS)
        except InputError as error:
            framing.send_reason(caller.connection, error)
            raise
        except (OSError, ValueError):
            self._drop(caller)
            return
        self._callers.remove(caller)
        if before := self._guests.pop(introduction.index, None):
            framing.send_reason(
                before.connection,
                InputError(
                    f"another process has the same index: {before.introduction} gave way to {introduction}; start each "
                    "worker once, with an index of its own"
                ),
            )
            before.connection.close()
        self._guests[introduction.index] = _Guest(caller.connection, caller.peer, introduction)

    def _check_number(self, introduction: Introduction) -> None:
        if introduction.num_workers != self._cluster.num_workers:
            raise InputError(
                f"{introduction} is one of {introduction.num_workers} workers, {self._chief} one of "
                f"{self._cluster.num_workers} ({self._cluster.source}): start all of them with the same number"
            )
        if not 1 <= introduction.index < introduction.num_workers:
            raise ValueError("no worker's index")

    def _welcome(self) -> tuple[dict[int, socket.socket], Welcome]:
        self._close_port()
        guests = [self._guests[index] for index in sorted(self._guests)]
        seen = [(one.connection.getsockname()[0], one.peer, one.introduction.port) for one in guests]
        addresses = self._cluster.addresses or seen_addresses(self._chief.port, seen)
        welcome = Welcome((str(self._chief), *(str(guest.introduction) for guest in guests)), addresses)
        for guest in guests:
            try:
                framing.send(guest.connection, welcome.to_bytes(), time.monotonic() + FIRST_WORDS_SECONDS)
            except OSError:
                raise LostWorkerError(f"{guest.introduction} is gone") from None
        return {index: guest.connection for index, guest in self._guests.items()}, welcome

    def _close_port(self) -> None:
        self._listener.close()
        for caller in list(self._callers):
            self._drop(caller)


def seen_addresses(chief_port: int, others: Sequence[tuple[str, str, int]]) -> tuple[str, ...]:
    """Where each worker has its port: the chief where the others reached it, the others where they came from.

    `others` are for each connection the IP at the chief's end, the IP at the other end, and the port that the worker
    told. One that came over loopback is on the chief's machine, and all find it where they find the chief.
    """
    ends = [(_ip(here), _ip(there), port) for here, there, port in others]
    chief = next((here for here, _, _ in ends if not here.is_loopback), ends[0][0])
    where = [(chief, chief_port), *((chief if there.is_loopback else there, port) for _, there, port in ends)]
    return tuple(str(Address(str(ip), port)) for ip, port in where)


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    ip = ipaddress.ip_address(text)
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip


def _named(indices: list[int]) -> str:
    *most, last = map(str, indices)
    return f"workers {', '.join(most)} and {last}" if most else f"worker {last}"
