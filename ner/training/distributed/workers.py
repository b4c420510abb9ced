"""The worker processes of a run, their replicas of the weights (one a device), and messages between workers."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import tensorflow as tf

from ner.cluster.control_channel import ControlChannel
from ner.errors import InputError, LostWorkerError
from ner.training.distributed.watchdog import Watchdog, kill_after

_CONNECT_SECONDS = 120.0  # for TensorFlow's own connections, after the rendezvous


class NoWatchdog:
    """What takes the place of a `Watchdog` where there is nobody to wait for."""

    limited = staticmethod(nullcontext)

    def end_startup(self) -> None:
        """Nothing changes."""


class Replicas:
    """The replicas of `strategy`, numbered over all workers; by default the one replica of this process.

    `count` is the number of replicas, `own` the numbers of those of this process; `alone` says that there is no
    strategy, so that variables are ordinary ones. Code that waits for a device belongs in a `limited` block: the device
    may be waiting for other workers.
    """

    def __init__(
        self,
        strategy: tf.distribute.Strategy | None = None,
        worker: int = 0,
        watchdog: Watchdog | NoWatchdog | None = None,
    ) -> None:
        local = len(strategy.extended.worker_devices) if strategy else 1
        self._strategy = strategy or tf.distribute.get_strategy()
        self.alone = strategy is None
        self.count = self._strategy.num_replicas_in_sync
        self.own = range(worker * local, (worker + 1) * local)
        self._watchdog = watchdog or NoWatchdog()

    def limited(self) -> AbstractContextManager[None]:
        """Context manager that limits the time of what waits for a device."""
        return self._watchdog.limited()

    def end_startup(self) -> None:
        """Says that the first update is made: from now on `limited` blocks have the collective timeout."""
        self._watchdog.end_startup()

    @contextmanager
    def scope(self) -> Iterator[None]:
        """Context manager that creates variables on every replica, with the initial values of the first replica."""
        with self.limited(), self._strategy.scope():
            yield

    def run(self, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        """Calls `function` on every replica of this process with the same arguments; the first replica's result."""
        return self._strategy.experimental_local_results(self._strategy.run(function, args=tuple(arguments)))[0]

    def here(self) -> int:
        """The number of the calling replica within its process, from 0; only inside `run`."""
        number = tf.distribute.get_replica_context().replica_id_in_sync_group
        return int(tf.get_static_value(number)) - self.own[0]

    def sum(self, values: list[tf.Tensor]) -> list[tf.Tensor]:
        """All-reduce: each value, all of one dtype, summed over all replicas; only inside `run`."""
        return tf.distribute.get_replica_context().all_reduce("SUM", [tf.identity(value) for value in values])


def make_replicas(channel: ControlChannel, index: int, watchdog: Watchdog | NoWatchdog | None = None) -> Replicas:
    """One replica for each GPU of all workers (on the CPU for workers without GPUs), by tf.distribute.

    Raises `InputError` if workers have different numbers of GPUs, and `LostWorkerError` if TensorFlow cannot listen at
    this worker's address. Must come before any TensorFlow operation.
    """
    gpus = tf.config.get_visible_devices("GPU")
    if not channel.addresses:
        return Replicas(tf.distribute.MirroredStrategy() if len(gpus) > 1 else None)
    counts = [int(text) for text in channel.gather(str(len(gpus)).encode())]
    found = channel.broadcast(", ".join(map(str, counts)).encode() if len(set(counts)) > 1 else b"").decode()
    if found:
        raise InputError(f"workers have {found} GPUs, in order of index: expected the same number on each; see --gpus")
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(channel.addresses)}), task_type="worker", task_id=index, rpc_layer="grpc"
    )
    late = f"worker {index}: TensorFlow could not reach the other workers within {_CONNECT_SECONDS:.0f} s; run it again"
    with kill_after(_CONNECT_SECONDS, late):
        try:
            strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)
        except tf.errors.UnknownError as error:
            raise LostWorkerError(
                f"worker {index}: TensorFlow could not listen at {channel.addresses[index]} ({error.message}); another "
                "process may have taken the port since the workers met: run it again"
            ) from error
    return Replicas(strategy, index, watchdog)


class Workers:
    """The worker processes of a run, one or several, each with its devices. Only worker 0, the chief, writes files.

    All workers take the same steps, so they agree on whatever decides what comes next (`any`, `broadcast`). After the
    first update, they wait for one another for `collective_seconds` at most.
    """

    def __init__(
        self,
        replicas: Replicas | None = None,
        channel: ControlChannel | None = None,
        index: int = 0,
        collective_seconds: float = 600.0,
    ) -> None:
        self.replicas = replicas or Replicas()
        self.channel = channel or ControlChannel.single_worker()
        self.index = index
        self._collective_seconds = collective_seconds

    @property
    def count(self) -> int:
        """The number of workers."""
        return self.replicas.count // len(self.replicas.own)

    @property
    def is_chief(self) -> bool:
        """Whether this is worker 0."""
        return self.index == 0

    def end_startup(self) -> None:
        """Says that the first update is made: from now on the collective timeout limits all waiting."""
        self.replicas.end_startup()
        self.channel.answer_within(self._collective_seconds)

    def gather(self, message: bytes) -> list[bytes]:
        """The messages of all workers on the chief, an empty list on the others. Raises `LostWorkerError`."""
        return self.channel.gather(message)

    def broadcast(self, value: Any = None) -> Any:
        """The chief's JSON-serializable value, on all workers. Raises `LostWorkerError`."""
        return json.loads(self.channel.broadcast(json.dumps(value).encode()))

    def any(self, value: bool) -> bool:
        """Whether `value` is true on any worker; the same result on all. Raises `LostWorkerError`."""
        if self.count == 1:
            return value
        return self.broadcast(b"1" in self.gather(b"1" if value else b"0"))

    def differing(self, text: str) -> list[int]:
        """The workers whose `text` is not the chief's; the same result on all. Raises `LostWorkerError`."""
        texts = self.gather(text.encode())
        return self.broadcast([index for index, text in enumerate(texts) if text != texts[0]])
