"""What every other tagger is for the benchmark: something that trains on sentences and then tags tokens."""

from collections.abc import Callable, Sequence
from typing import Protocol

from ner.text.sentence import Sentence

Tagger = Callable[[Sequence[Sequence[str]]], list[list[str]]]  # tokens of sentences -> IOB or IOB2 tags of each


class Peer(Protocol):
    """A library with its settings."""

    @property
    def settings(self) -> str:
        """Library, version and settings, for people: runs of equal settings, corpus and seed are repeats."""

    @property
    def uses_seed(self) -> bool:
        """Whether another seed gives another tagger."""

    def train(self, train: Sequence[Sentence], validation: Sequence[Sentence], seed: int) -> Tagger:
        """A tagger trained on `train`; it may stop early, or choose its weights, by `validation`."""
