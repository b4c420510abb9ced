"""The chief's side of the rendezvous: accepts connections until every worker has authenticated itself."""

import ipaddress
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait

from ner.cluster import authentication, framing
from ner.cluster.address import Address
from ner.cluster.authentication import KEY_VARIABLE, AuthenticationError
from ner.cluster.discovery import Cluster
from ner.cluster.handshake import Membership, WorkerInfo, check_matching, name_workers
from ner.errors import InputError, LostWorkerError

REMINDER_SECONDS = 30.0
HANDSHAKE_SECONDS = 10.0  # a connection that has not identified its worker by then is closed

_MAX_INFO_BYTES = 1 << 20


@dataclass(eq=False)
class _Pending:
    """A connection that has not identified its worker yet."""

    connection: socket.socket
    peer: str
    challenge: bytes
    deadline: float
    received: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True)
class _Joined:
    """A connected worker."""

    connection: socket.socket
    peer: str
    info: WorkerInfo


class RendezvousServer:
    """Waits for the workers of `cluster` at `listener`; `chief` describes this process."""

    def __init__(self, cluster: Cluster, chief: WorkerInfo, listener: socket.socket) -> None:
        self._cluster = cluster
        self._chief = chief
        self._listener = listener
        self._listener.setblocking(False)
        self._pending: list[_Pending] = []
        self._joined: dict[int, _Joined] = {}
        self._refused = ""  # for the user: who had another key

    def wait_for_workers(
        self, seconds: float, on_wait: Callable[[str], None]
    ) -> tuple[dict[int, socket.socket], Membership]:
        """Connections to all other workers by index, and the names and addresses that each was sent. Frees the port.

        Raises `LostWorkerError` if not all connected in time, and `InputError` if a worker does not match the chief or
        cannot take part. The workers that are connected raise the same error.
        """
        try:
            self._wait_until_complete(seconds, on_wait)
            check_matching(self._chief, [worker.info for _, worker in sorted(self._joined.items())])
            return self._send_membership()
        except BaseException as error:
            for worker in self._joined.values():
                if isinstance(error, (InputError, LostWorkerError)):
                    framing.send_error(worker.connection, error)
                worker.connection.close()
            raise
        finally:
            self._close_port()

    def _wait_until_complete(self, seconds: float, on_wait: Callable[[str], None]) -> None:
        now = reminder = time.monotonic()
        deadline = now + seconds
        while missing := [index for index in range(1, self._cluster.num_workers) if index not in self._joined]:
            now = time.monotonic()
            if now >= deadline:
                break
            if now >= reminder:
                where = f"{self._cluster.num_workers} at {self._cluster.chief}"
                on_wait(f"waiting for {name_workers(missing)} of {where}{self._refused}")
                reminder = now + REMINDER_SECONDS
            self._process_events(min([deadline, reminder, *(one.deadline for one in self._pending)]) - now)
        for _, worker in sorted(self._joined.items()):
            if worker.info.failure:
                raise InputError(worker.info.failure)
        if missing:
            who = f"{name_workers(missing)} of {self._cluster.num_workers}"
            others = f"only {name_workers([0, *sorted(self._joined)])} did{self._refused}"
            raise LostWorkerError(f"{who} did not connect to {self._cluster.chief} within {seconds:g} s; {others}")

    def _process_events(self, seconds: float) -> None:
        """Waits up to `seconds` for events on the sockets and processes them."""
        joined, pending = list(self._joined.items()), list(self._pending)
        connections = [*(worker.connection for _, worker in joined), *(one.connection for one in pending)]
        ready = wait([self._listener, *connections], max(0.0, seconds))
        for index, worker in joined:
            if worker.connection in ready:  # a worker sends nothing at this point: it disconnected
                del self._joined[index]
                worker.connection.close()
        for one in pending:
            if one.connection in ready:
                self._read(one)
            elif time.monotonic() >= one.deadline:
                self._drop(one)
        if self._listener in ready:
            self._accept()

    def _accept(self) -> None:
        try:
            connection, peer = self._listener.accept()
        except OSError:  # it disconnected while it was queued
            return
        one = _Pending(connection, peer[0], authentication.make_challenge(), time.monotonic() + HANDSHAKE_SECONDS)
        self._pending.append(one)
        try:
            framing.configure(connection)
            framing.send(connection, one.challenge, one.deadline)  # never blocks: the buffer of the socket is empty
            connection.settimeout(0)
        except OSError:
            self._drop(one)

    def _drop(self, one: _Pending) -> None:
        self._pending.remove(one)
        one.connection.close()

    def _read(self, one: _Pending) -> None:
        try:
            chunk = one.connection.recv(_MAX_INFO_BYTES)
            one.received += chunk
            message = framing.parse_message(bytes(one.received), _MAX_INFO_BYTES)
        except (OSError, InputError, LostWorkerError):
            self._drop(one)
            return
        if message is not None:
            self._admit(one, message)
        elif not chunk:
            self._drop(one)

    def _admit(self, one: _Pending, message: bytes) -> None:
        """Adds a connection to the workers if its message describes one and proves its key; closes it otherwise."""
        try:
            info = self._authenticate(one, message)
            self._check_index(info)
        except InputError as error:
            framing.send_error(one.connection, error)
            raise
        except (OSError, ValueError):
            self._drop(one)
            return
        self._pending.remove(one)
        if before := self._joined.pop(info.index, None):
            duplicate = InputError(
                f"another process has the same index: {before.info} was replaced by {info}; start each worker once, "
                "with an index of its own"
            )
            framing.send_error(before.connection, duplicate)
            before.connection.close()
        self._joined[info.index] = _Joined(one.connection, one.peer, info)

    def _authenticate(self, one: _Pending, message: bytes) -> WorkerInfo:
        deadline = time.monotonic() + HANDSHAKE_SECONDS
        try:
            content, proof = authentication.check_answer(self._cluster.key, one.challenge, message)
        except AuthenticationError:
            self._refused = (
                f" (refused a connection from {_ip(one.peer)}: of another run, or with another {KEY_VARIABLE})"
            )
            framing.send(one.connection, authentication.REFUSAL, deadline)
            raise
        framing.send(one.connection, proof, deadline)
        return WorkerInfo.from_bytes(content)

    def _check_index(self, info: WorkerInfo) -> None:
        if info.num_workers != self._cluster.num_workers:
            raise InputError(
                f"{info} is one of {info.num_workers} workers, {self._chief} one of {self._cluster.num_workers} "
                f"({self._cluster.source}): start all of them with the same number of workers"
            )
        if not 1 <= info.index < info.num_workers:
            raise ValueError(f"worker index {info.index}: expected 1 to {info.num_workers - 1}")

    def _send_membership(self) -> tuple[dict[int, socket.socket], Membership]:
        self._close_port()
        workers = [self._joined[index] for index in sorted(self._joined)]
        seen = [(one.connection.getsockname()[0], one.peer, one.info.port) for one in workers]
        addresses = self._cluster.addresses or observed_addresses(self._chief.port, seen)
        membership = Membership((str(self._chief), *(str(worker.info) for worker in workers)), addresses)
        for worker in workers:
            try:
                framing.send(worker.connection, membership.to_bytes(), time.monotonic() + HANDSHAKE_SECONDS)
            except OSError:
                raise LostWorkerError(f"{worker.info} disconnected") from None
        return {index: worker.connection for index, worker in self._joined.items()}, membership

    def _close_port(self) -> None:
        self._listener.close()
        for one in list(self._pending):
            self._drop(one)


def observed_addresses(chief_port: int, others: Sequence[tuple[str, str, int]]) -> tuple[str, ...]:
    """The address of each worker: of the chief where the others reached it, of the others where they came from.

    `others` are for each connection the IP at the chief's end, the IP at the other end, and the port that the worker
    named. A worker that connected over loopback is on the chief's machine, so it gets the chief's IP.
    """
    ends = [(_ip(here), _ip(there), port) for here, there, port in others]
    chief = next((here for here, _, _ in ends if not here.is_loopback), ends[0][0])
    where = [(chief, chief_port), *((chief if there.is_loopback else there, port) for _, there, port in ends)]
    return tuple(str(Address(str(ip), port)) for ip, port in where)


def _ip(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    ip = ipaddress.ip_address(text)
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip
