"""Workers of a run as threads of one process, which meet on this machine."""

import random
import socket
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from ner.cluster.control_channel import ControlChannel
from ner.cluster.discovery import Cluster

SOURCE = "TF_CONFIG"


def free_ports(count: int) -> range:
    """`count` ports in a row that are free, below those that systems give to outgoing connections."""
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
    """What each of `count` workers knows of its cluster: the address of the chief."""
    chief = f"{host}:{free_ports(count)[0]}"
    return [Cluster(count, index, chief, (), SOURCE) for index in range(count)]


class Workers:
    """Starts workers, each in a thread; `outcomes` are what they returned or raised, in the order of starting."""

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
    """Meets the others and returns what `work` does with the channel; `seconds` are for the start and for an answer."""
    with ControlChannel.connect(cluster, must_match or {}, *seconds, on_wait) as channel:
        return work(channel, cluster.index)


def run(members: Sequence[Cluster], work: Callable[[ControlChannel, int], Any], **options: Any) -> list[Any]:
    """What came of each of `members`, all started now."""
    workers = Workers()
    for cluster in members:
        workers.start(lambda one: join(one, work, **options), cluster)
    return workers.outcomes()
