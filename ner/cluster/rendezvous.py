"""How the workers of a run meet: the chief listens, every other worker comes to it and says who it is.

The chief greets each at once. When all are there, it tells where each has its port, or why the run ends.
"""

import errno
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from ner.cluster import framing
from ner.cluster.address import Address
from ner.cluster.discovery import Cluster
from ner.cluster.handshake import GREETING, Introduction, Welcome
from ner.cluster.rendezvous_server import FIRST_WORDS_SECONDS, REMINDER_SECONDS, Reception
from ner.errors import InputError, LostWorkerError

_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.05, 1.0
_PATIENCE_SECONDS = 10.0  # of a worker beyond the chief's: the chief knows better why there is nothing yet
_BACKLOG = 1024


def meet(
    cluster: Cluster, texts: Mapping[str, str], seconds: float, on_wait: Callable[[str], None]
) -> tuple[dict[int, socket.socket], Welcome]:
    """Connections by the worker to which they lead, and what the chief told everybody.

    `texts` must be the same on all workers. Raises as `Reception.receive`, and `InputError` where this worker's port is
    in use: on all workers, unless it is the chief's.
    """
    texts = {**texts, "addresses": " ".join(cluster.addresses)}
    own = Introduction(cluster.index, cluster.num_workers, socket.gethostname(), cluster.port, texts)
    if cluster.is_chief:
        return Reception(cluster, own, _listen(cluster)).receive(seconds, on_wait)
    try:
        _listen(cluster).close()
    except InputError as error:
        own = replace(own, failure=str(error))
    return _come(cluster, own, seconds, on_wait)


def _listen(cluster: Cluster) -> socket.socket:
    """A socket that listens at this worker's port, to IPv4 and where possible IPv6."""
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
        what = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be listened at ({error.strerror})"
        raise InputError(
            f"port {cluster.port} of worker {cluster.index} {what} on {socket.gethostname()} (from "
            f"{cluster.source}): end the process that has it (ss -ltnp 'sport = :{cluster.port}' names it), or choose "
            "another in TF_CONFIG or NER_CHIEF; a new Slurm job gets another one by itself"
        ) from None


def _come(
    cluster: Cluster, own: Introduction, seconds: float, on_wait: Callable[[str], None]
) -> tuple[dict[int, socket.socket], Welcome]:
    """A worker's part: tries again until the chief is there, and waits with it for the others."""
    now = reminder = time.monotonic()
    deadline = now + seconds
    pause, why = _PAUSE_SECONDS, "no time was given"
    while now < deadline:
        try:
            return _come_once(Address.parse(cluster.chief), own, seconds)
        except OSError as error:
            why = error.strerror or str(error)
        now = time.monotonic()
        if now >= reminder:
            on_wait(f"waiting for worker 0 at {cluster.chief} ({why})")
            reminder = now + REMINDER_SECONDS
        time.sleep(max(0.0, min(pause, deadline - now)))
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
    if own.failure:
        raise InputError(own.failure)
    raise LostWorkerError(f"worker 0 could not be met at {cluster.chief} within {seconds:g} s ({why})")


def _come_once(chief: Address, own: Introduction, seconds: float) -> tuple[dict[int, socket.socket], Welcome]:
    connection = socket.create_connection(chief, FIRST_WORDS_SECONDS)
    try:
        framing.prepare(connection)
        soon = time.monotonic() + FIRST_WORDS_SECONDS
        framing.send(connection, own.to_bytes(), soon)
        if framing.receive(connection, soon) != GREETING:
            raise ConnectionAbortedError("another program answers there")
        welcome = framing.receive(connection, time.monotonic() + seconds + _PATIENCE_SECONDS)
        return {0: connection}, Welcome.from_bytes(welcome)
    except BaseException:
        connection.close()
        raise
