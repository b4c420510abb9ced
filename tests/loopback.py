"""Workers of a run as threads of one process, connected over loopback."""

import random
import socket
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ner.cluster.control_channel import ControlChannel
from ner.cluster.discovery import Cluster

SOURCE = "TF_CONFIG"


def free_ports(count: int) -> range:
    """`count` consecutive free ports, below the ephemeral ports."""
    while True:
        first = random.randrange(10000, 32000 - count)
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
