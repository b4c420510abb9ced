"""The control channel: connections between the chief and each other worker, beside TensorFlow's own connections.

The rendezvous makes them before TensorFlow has a cluster, and they stay open for the whole run. Both ends prove at the
start that they have the key of the run. Later messages are neither signed nor encrypted, and TensorFlow's own
connections are not even authenticated: several workers need a network whose users are trusted.
"""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import wait
from types import TracebackType

from ner.cluster import framing
from ner.cluster.discovery import Cluster
from ner.cluster.rendezvous import join
from ner.errors import InputError, LostWorkerError

_GRACE_SECONDS = 10.0  # a worker waits longer than the chief, which can say which other worker does not answer
_ERROR_SECONDS = 1.0  # to send or read the error with which a worker left
_POLL_SECONDS = 0.1


class ControlChannel:
    """A worker's connections, a context manager: an `InputError` that leaves the block ends all workers with its text.

    All workers call `gather`, `broadcast` and `barrier` in the same order. A `LostWorkerError` of the chief is raised
    on all workers that can be reached, with the same text. `addresses` are those of all workers, in order, for
    TensorFlow; empty if there is one worker.
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
        self.answer_within(answer_seconds)

    @classmethod
    def single_worker(cls) -> "ControlChannel":
        """The channel of a run with one worker: it never waits."""
        return cls({}, (), (), 0.0)

    @classmethod
    def connect(
        cls,
        cluster: Cluster,
        must_match: Mapping[str, str],
        startup_seconds: float,
        answer_seconds: float,
        on_wait: Callable[[str], None] = print,
    ) -> "ControlChannel":
        """Waits until all workers of `cluster` are connected; `on_wait` gets a line from time to time until they are.

        `must_match` are short texts by name that must be equal on all workers: `code`, `records`, `settings` (a JSON
        object), ... Raises `LostWorkerError` if not all connect in time, and `InputError` if they do not match or a
        port is in use. A worker that does not answer within `answer_seconds` later on counts as lost.
        """
        if cluster.num_workers == 1:
            return cls.single_worker()
        connections, membership = join(cluster, must_match, startup_seconds, on_wait)
        return cls(connections, membership.names, membership.addresses, answer_seconds)

    def __enter__(self) -> "ControlChannel":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, InputError) or (self._is_chief and isinstance(error, LostWorkerError)):
            self._send_error(error)
        self.close()

    def close(self) -> None:
        """Closes the connections: the other workers notice that this one left."""
        for connection in self._connections.values():
            connection.close()

    def answer_within(self, seconds: float) -> None:
        """Says that from now on a worker that does not answer within `seconds` counts as lost."""
        self._answer_seconds = seconds if self._is_chief else seconds + min(seconds, _GRACE_SECONDS)

    def gather(self, message: bytes) -> list[bytes]:
        """The messages of all workers, in order of index, on the chief; an empty list on the others."""
        with self._forwarding_errors():
            deadline = time.monotonic() + self._answer_seconds
            if not self._is_chief:
                self._send(0, message, deadline)
                return []
            messages = {0: message}
            while waiting := {index: one for index, one in self._connections.items() if index not in messages}:
                ready = wait(list(waiting.values()), max(0.0, deadline - time.monotonic()))
                for index in [index for index, one in waiting.items() if one in ready] or [min(waiting)]:
                    messages[index] = self._receive(index, deadline)  # raises after the deadline
            return [messages[index] for index in sorted(messages)]

    def broadcast(self, message: bytes = b"") -> bytes:
        """The chief's message, on every worker."""
        with self._forwarding_errors():
            deadline = time.monotonic() + self._answer_seconds
            if not self._is_chief:
                return self._receive(0, deadline)
            for index in self._connections:
                self._send(index, message, deadline)
            return message

    def barrier(self, seconds: float) -> None:
        """Returns when all workers have called it; raises `LostWorkerError` that names one that did not in `seconds`.

        Called after another failure or a timeout to find out which worker caused it. Messages that were not read yet
        may be lost.
        """
        channel = ControlChannel(self._connections, self._names, self.addresses, seconds)
        channel.gather(b"")
        channel.broadcast()

    def check(self, wait_seconds: float = 0.0) -> None:
        """Raises the error with which another worker left, or `LostWorkerError` if one disconnected.

        Looks for `wait_seconds`; by default once. For use after another failure, to report its cause: messages that
        were not read yet may be lost.
        """
        deadline = time.monotonic() + wait_seconds
        with self._forwarding_errors():
            while True:
                for index, connection in self._connections.items():
                    if framing.has_ended(connection):
                        self._raise_why_it_left(index)
                if (remaining := deadline - time.monotonic()) <= 0:
                    return
                time.sleep(min(remaining, _POLL_SECONDS))

    def _send(self, index: int, message: bytes, deadline: float) -> None:
        try:
            framing.send(self._connections[index], message, deadline)
        except TimeoutError as error:
            raise self._lost(index, error) from None
        except OSError:
            self._raise_why_it_left(index)

    def _receive(self, index: int, deadline: float) -> bytes:
        try:
            return framing.receive(self._connections[index], deadline)
        except OSError as error:
            raise self._lost(index, error) from None
        except InputError as error:
            raise (InputError(f"{self._names[index]}: {error}") if self._is_chief else error) from None

    def _raise_why_it_left(self, index: int) -> None:
        """Reads up to the error that a worker sent before it left; raises that, or that it disconnected."""
        deadline = time.monotonic() + _ERROR_SECONDS
        while True:
            self._receive(index, deadline)

    def _lost(self, index: int, error: OSError) -> LostWorkerError:
        if isinstance(error, TimeoutError) and error.errno is None:  # our deadline: the system's has a number
            return LostWorkerError(f"{self._names[index]} did not answer for {self._answer_seconds:g} s")
        return LostWorkerError(f"{self._names[index]} disconnected")

    @contextmanager
    def _forwarding_errors(self) -> Iterator[None]:
        """Context manager that sends an error which ends the run on to the other workers, if this is the chief."""
        try:
            yield
        except (InputError, LostWorkerError) as error:
            if self._is_chief:
                self._send_error(error)
            raise

    def _send_error(self, error: framing.RunError) -> None:
        for connection in self._connections.values():
            framing.send_error(connection, error, _ERROR_SECONDS)
