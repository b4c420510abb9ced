"""The processes of a run: which of them this is, their replicas of the weights, and what they tell one another."""

import json
from typing import Any

from ner.cluster.control_channel import Links
from ner.training.distributed.replicas import Replicas


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
