"""The kept sentences of one evaluation, and which of them are examples of what."""

import gzip
import json
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

import numpy as np

from ner.evaluation.error_types import OUTCOMES
from ner.tensorboard.plugin import sentence_lines

# Of each wrong entity of a kept sentence, in file order: index of the sentence, type ids (K: none), index into
# `OUTCOMES`, confidence, number among all gold entities (-1 if it is none), and index of its text in the blob `strings`
# (-1 if it is not there).
WRONG = ("sentence", "gold", "predicted", "error", "confidence", "number", "string")
_CACHED = 4


class ExampleIndex:
    """Sentences are known by their index among the kept ones; `positions` are their numbers in the split, int64 [N].

    `first_gold`, int64 [N], is the number of a sentence's first gold entity among all of the split, `num_gold` how many
    it has; `wrong` are the columns `WRONG` of all wrong entities, each [W].
    """

    def __init__(self, examples: bytes, kept: bytes) -> None:
        content = json.loads(gzip.decompress(examples))
        self._cells = {
            level: {(row, column): (np.array(sentences, np.int64), np.array(confidences))
                    for row, column, sentences, confidences in cells}
            for level, cells in content["cells"].items()
        }  # fmt: skip
        self.wrong = {name: np.array(column) for name, column in zip(WRONG, content["wrong"], strict=True)}
        self.positions = np.array(content["positions"], np.int64)
        self.first_gold, self.num_gold = (np.array(column, np.int64) for column in content["gold"])
        self._texts, self._fields = sentence_lines.split(gzip.decompress(kept))
        self._lowered: list[str] = []

    def cell(self, level: str, row: int, column: int) -> tuple[np.ndarray, np.ndarray]:
        """Sentences of a matrix cell, highest rank first, and the confidence of each."""
        return self._cells[level].get((row, column), (np.zeros(0, np.int64), np.zeros(0)))

    def entities(self, **wanted: int) -> np.ndarray:
        """bool [W]: the wrong entities with these values in columns of `WRONG`."""
        found = np.ones(len(self.wrong["sentence"]), bool)
        for name, value in wanted.items():
            found &= self.wrong[name] == value
        return found

    def sentences_with(self, entities: np.ndarray) -> np.ndarray:
        """Sentences with any of these wrong entities (bool [W]), the most confident of these first."""
        rank = self.rank(entities)
        found = np.flatnonzero(rank >= 0)
        return found[np.argsort(-rank[found], kind="stable")]

    def with_gold(self, entities: np.ndarray) -> np.ndarray:
        """Sentences with any of these gold entities of the split, bool [G], in file order."""
        before = np.concatenate([[0], np.cumsum(entities)])
        first, end = (
            np.minimum(numbers, len(entities)) for numbers in (self.first_gold, self.first_gold + self.num_gold)
        )
        found = np.flatnonzero(before[end] > before[first])
        return found[np.argsort(self.positions[found], kind="stable")]

    def rank(self, entities: np.ndarray) -> np.ndarray:
        """Highest confidence of these wrong entities in each kept sentence; -1 where it has none."""
        rank = np.full(len(self.positions), -1.0)
        np.maximum.at(rank, self.wrong["sentence"][entities], self.wrong["confidence"][entities])
        return rank

    def containing(self, sentences: np.ndarray, text: str) -> np.ndarray:
        """Those of `sentences` that contain `text`, upper or lower case."""
        if not self._lowered:
            self._lowered = [one.lower() for one in self._texts]
        wanted, lowered = sentence_lines.escaped(text.lower()), self._lowered
        return sentences[[wanted in lowered[index] for index in sentences.tolist()]]

    def sentence(self, index: int) -> dict[str, Any]:
        """One sentence as `ExampleSentence.to_json` has it, with `first`, the number of its first gold entity."""
        found = sentence_lines.parse(self._texts[index], self._fields[index])
        return {**found, "first": int(self.first_gold[index])}


def error_number(name: str) -> int:
    """Index into `OUTCOMES`. Raises ValueError if there is no such type of error."""
    return OUTCOMES.index(name)


class IndexCache:
    """The indices of the evaluations that were looked at last; thread-safe."""

    def __init__(self) -> None:
        self._indices: OrderedDict[Hashable, ExampleIndex] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], ExampleIndex]) -> ExampleIndex:
        """The index of `key`, which `make` makes if it is not known."""
        with self._lock:
            if key not in self._indices:
                self._indices[key] = make()
            self._indices.move_to_end(key)
            while len(self._indices) > _CACHED:
                self._indices.popitem(last=False)
            return self._indices[key]
