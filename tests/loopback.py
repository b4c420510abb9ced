"""Workers of a run as threads of one process, connected over loopback."""

import os
import random
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ner.cluster import authentication, framing
from ner.cluster.address import Address
from ner.cluster.control_channel import ControlChannel
from ner.cluster.discovery import Cluster

SOURCE = "TF_CONFIG"
_PROCESSES, _PORTS_OF_A_PROCESS = 8, 1250


def free_ports(count: int) -> range:
    """`count` consecutive free ports, below those of Slurm jobs (`ner.cluster.discovery`) and the ephemeral ones.

    They are free until somebody listens there, so each process of pytest-xdist has a range of its own.
    """
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    begin = 10000 + _PORTS_OF_A_PROCESS * (number % _PROCESSES)
    while True:
        first = random.randrange(begin, begin + _PORTS_OF_A_PROCESS - count)
        ports = range(first, first + count)
        try:
            for port in ports:
                socket.create_server(("", port)).close()
        except OSError:
            continue
        return ports


def clusters(count: int, host: str = "127.0.0.1") -> list[Cluster]:
    """The cluster as each of `count` workers finds it: the chief has an address, the others none."""
    chief = f"{host}:{free_ports(count)[0]}"
    return [Cluster(count, index, chief, (), SOURCE) for index in range(count)]


class Workers:
    """Runs workers, each in a thread; `outcomes` gives what they returned or raised, in the order they were started."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(16)
        self._started: list[Future[Any]] = []

    def start(self, function: Callable[..., Any], *arguments: Any) -> None:
        self._started.append(self._pool.submit(function, *arguments))

    def outcomes(self) -> list[Any]:
        futures, self._started = self._started, []
        outcomes = [future.exception(30) or future.result() for future in futures]
        self._pool.shutdown(wait=False)
        return outcomes


def join(
    cluster: Cluster,
    work: Callable[[ControlChannel, int], Any],
    must_match: Mapping[str, str] | None = None,
    seconds: Sequence[float] = (20, 20),
    on_wait: Callable[[str], None] = lambda line: None,
) -> Any:
    """Connects to the others and returns `work(channel, index)`; `seconds` are the time-outs for start and answers."""
    with ControlChannel.connect(cluster, must_match or {}, *seconds, on_wait) as channel:
        return work(channel, cluster.index)


def run(members: Sequence[Cluster], work: Callable[[ControlChannel, int], Any], **options: Any) -> list[Any]:
    """What `work` returned or raised on each of `members`, started at once."""
    workers = Workers()
    for cluster in members:
        workers.start(lambda one: join(one, work, **options), cluster)
    return workers.outcomes()


def exchange(channel: ControlChannel, index: int) -> bytes:
    """What all workers send one another once: every worker's number."""
    return channel.broadcast(b" ".join(channel.gather(str(index).encode())))


def texts(outcomes: Sequence[object], kind: type) -> set[str]:
    """The distinct messages of outcomes, which must all be errors of one kind."""
    assert all(isinstance(one, kind) for one in outcomes), outcomes
    return {str(one) for one in outcomes}


class WaitLines:
    """Collects the lines that a worker prints while it waits; `said` is set by each."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.said = threading.Event()

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        self.said.set()


def authenticated(cluster: Cluster, content: bytes) -> socket.socket:
    """A connection to the chief that has its key and sends `content`."""
    connection, deadline = socket.create_connection(Address.parse(cluster.chief)), time.monotonic() + 10
    answer, proof = authentication.answer_challenge(cluster.key, framing.receive(connection, deadline), content)
    framing.send(connection, answer, deadline)
    assert framing.receive(connection, deadline) == proof
    return connection
