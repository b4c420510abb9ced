"""Connections between the chief and each other worker, for a few words beside TensorFlow's own connections.

They are made when the workers meet, before TensorFlow has a cluster, and kept for the whole run. Nothing on them is
authenticated or encrypted, as nothing between TensorFlow's workers is: they are for networks whose users are trusted.
"""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import wait
from types import TracebackType

from ner.cluster import framing
from ner.cluster.discovery import Cluster
from ner.cluster.rendezvous import meet
from ner.errors import InputError, LostWorkerError

_PATIENCE_SECONDS = 10.0  # of a worker beyond the chief's: the chief, which misses another, can say so first
_LAST_WORDS_SECONDS = 1.0
_LOOK_EVERY_SECONDS = 0.1


class Links:
    """A worker's connections; within `with`, an `InputError` that ends the block ends all workers with the same text.

    All workers call `gather` and `tell` in the same order. What raises `LostWorkerError` on the chief raises it on the
    others too, with the same text, as far as they can be reached. `addresses` are those of all workers, in order, for
    TensorFlow; empty where there is one worker.
    """

    def __init__(
        self,
        connections: Mapping[int, socket.socket],
        names: tuple[str, ...],
        addresses: tuple[str, ...],
        answer_seconds: float,
    ) -> None:
        self.addresses = addresses
        self._connections = dict(sorted(connections.items()))
        self._names = names
        self._is_chief = 0 not in self._connections
        patience = 0.0 if self._is_chief else min(answer_seconds, _PATIENCE_SECONDS)
        self._answer_seconds = answer_seconds + patience

    @classmethod
    def alone(cls) -> "Links":
        """Of a run with one worker: nothing to wait for."""
        return cls({}, (), (), 0.0)

    @classmethod
    def meet(
        cls,
        cluster: Cluster,
        introduction: Mapping[str, str],
        startup_seconds: float,
        answer_seconds: float,
        on_wait: Callable[[str], None] = print,
    ) -> "Links":
        """The connections when all workers of `cluster` are there; `on_wait` gets a line now and then until they are.

        `introduction` are short texts by name that must be the same on all workers: `code`, `records`, `settings` (a
        JSON object), ... Raises `LostWorkerError` where not all came in time and `InputError` where they do not fit
        together or a port is in use. From then on no answer in `answer_seconds` is a lost worker.
        """
        if cluster.num_workers == 1:
            return cls.alone()
        connections, welcome = meet(cluster, introduction, startup_seconds, on_wait)
        return cls(connections, welcome.names, welcome.addresses, answer_seconds)

    def __enter__(self) -> "Links":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, InputError) or (self._is_chief and isinstance(error, LostWorkerError)):
            self._tell_reason(error)
        self.close()

    def close(self) -> None:
        """Closes the connections: the others see that this worker is gone."""
        for connection in self._connections.values():
            connection.close()

    def gather(self, message: bytes) -> list[bytes]:
        """The messages of all workers, in their order, on the chief; an empty list elsewhere."""
        with self._passing_on():
            deadline = time.monotonic() + self._answer_seconds
            if not self._is_chief:
                self._send(0, message, deadline)
                return []
            messages = {0: message}
            while waiting := {index: one for index, one in self._connections.items() if index not in messages}:
                ready = wait(list(waiting.values()), max(0.0, deadline - time.monotonic()))
                for index in [index for index, one in waiting.items() if one in ready] or [min(waiting)]:
                    messages[index] = self._receive(index, deadline)  # raises where it is too late
            return [messages[index] for index in sorted(messages)]

    def tell(self, message: bytes = b"") -> bytes:
        """The chief's message, on every worker."""
        with self._passing_on():
            deadline = time.monotonic() + self._answer_seconds
            if not self._is_chief:
                return self._receive(0, deadline)
            for index in self._connections:
                self._send(index, message, deadline)
            return message

    def check(self) -> None:
        """Raises `LostWorkerError` where a connection is known to be closed, or why it was closed; does not wait.

        For where something else failed, and a line about who is gone says more. What was under way is lost then.
        """
        with self._passing_on():
            for index, connection in self._connections.items():
                if framing.has_ended(connection):
                    self._hear_last_words(index)

    def wait_lost(self, seconds: float) -> None:
        """As `check`, but waits up to so long for a connection to be closed."""
        deadline = time.monotonic() + seconds
        self.check()
        while (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, _LOOK_EVERY_SECONDS))
            self.check()

    def call_roll(self, seconds: float) -> None:
        """Raises `LostWorkerError` that names a worker which does not answer within so many seconds; all call it.

        For where something else failed, or takes too long. What was under way is lost then.
        """
        roll = Links(self._connections, self._names, self.addresses, seconds)
        roll.gather(b"")
        roll.tell()

    def _send(self, index: int, message: bytes, deadline: float) -> None:
        try:
            framing.send(self._connections[index], message, deadline)
        except TimeoutError as error:
            raise self._lost(index, error) from None
        except OSError:
            self._hear_last_words(index)

    def _receive(self, index: int, deadline: float) -> bytes:
        try:
            return framing.receive(self._connections[index], deadline)
        except OSError as error:
            raise self._lost(index, error) from None
        except InputError as reason:
            raise (InputError(f"{self._names[index]}: {reason}") if self._is_chief else reason) from None

    def _hear_last_words(self, index: int) -> None:
        """Raises why a worker left, or that it is gone."""
        deadline = time.monotonic() + _LAST_WORDS_SECONDS
        while True:
            self._receive(index, deadline)

    def _lost(self, index: int, error: OSError) -> LostWorkerError:
        if isinstance(error, TimeoutError) and error.errno is None:  # ours; the system's own has a number
            return LostWorkerError(f"{self._names[index]} did not answer for {self._answer_seconds:g} s")
        return LostWorkerError(f"{self._names[index]} is gone")

    @contextmanager
    def _passing_on(self) -> Iterator[None]:
        """On the chief: a reason to end the run reaches the others too."""
        try:
            yield
        except (InputError, LostWorkerError) as reason:
            if self._is_chief:
                self._tell_reason(reason)
            raise

    def _tell_reason(self, reason: framing.Reason) -> None:
        for connection in self._connections.values():
            framing.send_reason(connection, reason, _LAST_WORDS_SECONDS)
