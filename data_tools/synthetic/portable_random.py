"""Random choices that are the same on every Python version."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class PortableRandom:
    """Choices that depend on the seed alone.

    Only `random.Random.random()` is promised to give the same numbers in every release (documentation of `random`,
    "Notes on Reproducibility"), so everything here is made of it: no `choice`, `shuffle` or `sample`.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self._random.random() < probability

    def number(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """One of `options`, all equally likely."""
        return options[self.number(0, len(options) - 1)]
