"""Rendezvous: the chief listens, and every other worker connects to it and says which worker it is.

Each worker and the chief authenticate each other at once. When all are connected, the chief sends everyone the
addresses of all, or the error that ends the run.
"""

import errno
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from ner.cluster import authentication, framing
from ner.cluster.address import Address
from ner.cluster.authentication import AuthenticationError
from ner.cluster.discovery import Cluster
from ner.cluster.handshake import Membership, WorkerInfo
from ner.cluster.rendezvous_server import HANDSHAKE_SECONDS, REMINDER_SECONDS, RendezvousServer
from ner.errors import InputError, LostWorkerError

_RETRY_SECONDS, _MAX_RETRY_SECONDS = 0.05, 1.0
_GRACE_SECONDS = 10.0  # a worker waits longer than the chief, which knows which worker is missing
_BACKLOG = 1024


def join(
    cluster: Cluster, must_match: Mapping[str, str], seconds: float, on_wait: Callable[[str], None]
) -> tuple[dict[int, socket.socket], Membership]:
    """Connections by the index of the worker at the other end, and the names and addresses of all workers.

    `must_match` must be equal on all workers. Raises what `RendezvousServer.wait_for_workers` raises, and `InputError`
    if this worker's port is in use: on all workers, unless it is the chief's port.
    """
    must_match = {**must_match, "addresses": " ".join(cluster.addresses)}
    own = WorkerInfo(cluster.index, cluster.num_workers, socket.gethostname(), cluster.port, must_match)
    if cluster.is_chief:
        return RendezvousServer(cluster, own, _listen(cluster)).wait_for_workers(seconds, on_wait)
    try:
        _listen(cluster).close()
    except InputError as error:
        own = replace(own, failure=str(error))
    return _connect_with_retries(cluster, own, seconds, on_wait)


def _listen(cluster: Cluster) -> socket.socket:
    """A socket that listens on this worker's port, for IPv4 and where possible IPv6."""
    where = ("", cluster.port)
    try:
        if socket.has_dualstack_ipv6():
            try:
                return socket.create_server(where, family=socket.AF_INET6, backlog=_BACKLOG, dualstack_ipv6=True)
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    raise
        return socket.create_server(where, backlog=_BACKLOG)
    except OSError as error:
        what = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be opened ({error.strerror})"
        raise InputError(
            f"port {cluster.port} of worker {cluster.index} {what} on {socket.gethostname()} (from "
            f"{cluster.source}): end the process that uses it (ss -ltnp 'sport = :{cluster.port}' shows it), or choose "
            "another port in TF_CONFIG or NER_CHIEF; a new Slurm job gets another port automatically"
        ) from None


def _connect_with_retries(
    cluster: Cluster, own: WorkerInfo, seconds: float, on_wait: Callable[[str], None]
) -> tuple[dict[int, socket.socket], Membership]:
    """Connects to the chief as soon as it listens, and waits with it for the other workers."""
    now = reminder = time.monotonic()
    deadline = now + seconds
    pause, why = _RETRY_SECONDS, "no time was given"
    while now < deadline:
        try:
            return _connect(cluster, own, seconds)
        except OSError as error:
            why = error.strerror or str(error)
        now = time.monotonic()
        if now >= reminder:
            on_wait(f"waiting for worker 0 at {cluster.chief} ({why})")
            reminder = now + REMINDER_SECONDS
        time.sleep(max(0.0, min(pause, deadline - now)))
        pause = min(2 * pause, _MAX_RETRY_SECONDS)
    if own.failure:
        raise InputError(own.failure)
    raise LostWorkerError(f"could not connect to worker 0 at {cluster.chief} within {seconds:g} s ({why})")


def _connect(cluster: Cluster, own: WorkerInfo, seconds: float) -> tuple[dict[int, socket.socket], Membership]:
    connection = socket.create_connection(Address.parse(cluster.chief), HANDSHAKE_SECONDS)
    try:
        framing.configure(connection)
        _authenticate(connection, cluster.key, own)
        membership = framing.receive(connection, time.monotonic() + seconds + _GRACE_SECONDS)
        return {0: connection}, Membership.from_bytes(membership)
    except BaseException:
        connection.close()
        raise


def _authenticate(connection: socket.socket, key: bytes, own: WorkerInfo) -> None:
    """Tells the chief who this is, and checks that it is the chief. Raises `OSError` if it is not."""
    deadline = time.monotonic() + HANDSHAKE_SECONDS
    try:
        answer, expected = authentication.answer_challenge(key, framing.receive(connection, deadline), own.to_bytes())
        framing.send(connection, answer, deadline)
        authentication.check_proof(expected, framing.receive(connection, deadline))
    except (InputError, LostWorkerError):  # an error sent by what has not proved yet that it is the chief
        raise AuthenticationError("another program answers there") from None
