"""The processes of a run, the devices of each with their replicas of the weights, and what the processes exchange."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import tensorflow as tf

from ner.cluster.control_channel import Links
from ner.errors import InputError
from ner.training.distributed.watchdog import killed_after

_CONNECT_SECONDS = 120.0  # for TensorFlow, once all workers have met


class Replicas:
    """The replicas of `strategy`, numbered over all workers; by default the one of this process.

    `count` is how many there are, `own` the numbers of those of this process. What waits for a device stands in a block
    of `limited`: the device may wait for those of other workers.
    """

    def __init__(
        self,
        strategy: tf.distribute.Strategy | None = None,
        worker: int = 0,
        limited: Callable[[], AbstractContextManager[Any]] = nullcontext,
    ) -> None:
        local = len(strategy.extended.worker_devices) if strategy else 1
        self._strategy = strategy or tf.distribute.get_strategy()
        self.count = self._strategy.num_replicas_in_sync
        self.own = range(worker * local, (worker + 1) * local)
        self.limited = limited

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Within it variables are made on every replica, with the values that they have on the first one."""
        with self.limited(), self._strategy.scope():
            yield

    def run(self, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        """Calls `function` on every replica of this process with the same arguments; what the first one returned."""
        return self._strategy.experimental_local_results(self._strategy.run(function, args=tuple(arguments)))[0]

    def here(self) -> int:
        """Which of its process' replicas calls this, from 0; within `run` only."""
        number = tf.distribute.get_replica_context().replica_id_in_sync_group
        return int(tf.get_static_value(number)) - self.own[0]

    def sum(self, values: list[tf.Tensor]) -> list[tf.Tensor]:
        """The sums of the values, of one dtype, that all replicas have; within `run` only."""
        return tf.distribute.get_replica_context().all_reduce("SUM", [tf.identity(value) for value in values])


def make_replicas(
    links: Links, index: int, limited: Callable[[], AbstractContextManager[Any]] = nullcontext
) -> Replicas:
    """One replica a GPU of all workers (a worker without GPUs has one on its CPU), by tf.distribute.

    Raises `InputError` where workers have different numbers of GPUs. Nothing of TensorFlow may have run before.
    """
    gpus = tf.config.get_visible_devices("GPU")
    if not links.addresses:
        return Replicas(tf.distribute.MirroredStrategy() if len(gpus) > 1 else None)
    counts = [int(text) for text in links.gather(str(len(gpus)).encode())]
    found = links.tell(", ".join(map(str, counts)).encode() if len(set(counts)) > 1 else b"").decode()
    if found:
        raise InputError(f"workers have {found} GPUs, in their order: wanted as many on each; see --gpus")
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(links.addresses)}), task_type="worker", task_id=index, rpc_layer="grpc"
    )
    late = f"worker {index}: TensorFlow could not reach the other workers within {_CONNECT_SECONDS:.0f} s; run it again"
    with killed_after(_CONNECT_SECONDS, late):
        strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
    return Replicas(strategy, index, limited)


class Workers:
    """One process or several, each with the devices of a machine; worker 0 is the chief, who alone writes.

    All of them take the same steps: what any one is told is agreed on before it is acted upon.
    """

    def __init__(self, replicas: Replicas | None = None, links: Links | None = None, index: int = 0) -> None:
        self.replicas = replicas or Replicas()
        self.links = links or Links.alone()
        self.index = index

    @property
    def count(self) -> int:
        """How many there are."""
        return self.replicas.count // len(self.replicas.own)

    @property
    def is_chief(self) -> bool:
        """Whether this is worker 0."""
        return self.index == 0

    def gather(self, message: bytes) -> list[bytes]:
        """The messages of all workers, at the chief; nothing elsewhere. Raises `LostWorkerError`."""
        return self.links.gather(message)

    def hear(self, content: Any = None) -> Any:
        """What the chief gave, plain values, on all workers. Raises `LostWorkerError`."""
        return json.loads(self.links.tell(json.dumps(content).encode()))

    def any(self, mine: bool) -> bool:
        """Whether any worker says so, on all of them. Raises `LostWorkerError`."""
        if self.count == 1:
            return mine
        return self.hear(b"1" in self.gather(b"1" if mine else b"0"))

    def different(self, mine: str) -> list[int]:
        """Which workers say something else than the chief, on all of them. Raises `LostWorkerError`."""
        texts = self.gather(mine.encode())
        return self.hear([index for index, text in enumerate(texts) if text != texts[0]])
