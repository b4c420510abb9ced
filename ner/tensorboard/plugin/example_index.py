"""The kept sentences of one evaluation, and which of them are examples of what."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from ner.evaluation.metrics.error_types import OUTCOMES
from ner.tensorboard.plugin import payload, sentence_lines

# The blob `examples` has these arrays: `positions`, `first_gold` and `num_gold` of `ExampleIndex`; `wrong/NAME` of each
# name in `WRONG`; and three of all cells. `cells`, int32 [cells, 4], is the level (index into `LEVELS`), row, column
# and number of kept sentences of each; `cell_sentences` and `cell_confidences` are these, each cell in file order.
LEVELS = ("entity", "word", "character", "slice")
ANY_ERROR = -1  # the column of slices
THOUSAND = 1_000  # confidences are stored as thousandths

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

    def __init__(self, examples: bytes, texts: bytes, fields: bytes) -> None:
        self._arrays = payload.read_arrays(examples)
        self.wrong = {name: self._arrays[f"wrong/{name}"] for name in WRONG}
        self.wrong["confidence"] = self.wrong["confidence"] / THOUSAND
        self.positions, self.first_gold, self.num_gold = (
            self._arrays[name].astype(np.int64) for name in ("positions", "first_gold", "num_gold")
        )
        self._texts, self._fields = map(sentence_lines.Lines, (texts, fields))

    def cell(self, level: str, row: int, column: int) -> tuple[np.ndarray, np.ndarray]:
        """Sentences of a matrix cell, highest rank first, and the confidence of each.

        Errors rank by their confidence, correct predictions by the lack of it.
        """
        kept = self._cells.get((LEVELS.index(level), row, column), slice(0, 0))
        sentences, confidences = (all_cells[kept] for all_cells in self._cell_columns)
        order = np.argsort(confidences if row == column else THOUSAND - confidences, kind="stable")
        return sentences[order].astype(np.int64), confidences[order] / THOUSAND

    @cached_property
    def _cells(self) -> dict[tuple[int, ...], slice]:
        """Level, row and column of each cell -> where its sentences stand in the columns of all cells."""
        table = self._arrays["cells"]
        ends = np.cumsum(table[:, 3])
        bounds = zip((ends - table[:, 3]).tolist(), ends.tolist(), strict=True)
        return {tuple(cell): slice(*both) for cell, both in zip(table[:, :3].tolist(), bounds, strict=True)}

    @cached_property
    def _cell_columns(self) -> tuple[np.ndarray, np.ndarray]:
        return self._arrays["cell_sentences"], self._arrays["cell_confidences"]

    @cached_property
    def _folded(self) -> list[str]:
        return "\n".join(self._texts).casefold().split("\n")

    def entities(self, **selected: int) -> np.ndarray:
        """bool [W]: the wrong entities with these values in columns of `WRONG`."""
        found = np.ones(len(self.wrong["sentence"]), bool)
        for name, value in selected.items():
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

    def gold_among(self, position: int, entities: np.ndarray) -> list[int]:
        """Numbers of those of the gold entities, bool [G], that stand in the sentence at `position` of the split."""
        index = int(np.searchsorted(self.positions, position))
        first, count = int(self.first_gold[index]), int(self.num_gold[index])
        return (first + np.flatnonzero(entities[first : first + count])).tolist()

    def rank(self, entities: np.ndarray) -> np.ndarray:
        """Highest confidence of these wrong entities in each kept sentence; -1 where it has none."""
        rank = np.full(len(self.positions), -1.0)
        np.maximum.at(rank, self.wrong["sentence"][entities], self.wrong["confidence"][entities])
        return rank

    def containing(self, sentences: np.ndarray, text: str) -> np.ndarray:
        """Those of `sentences` that contain `text`, upper or lower case."""
        needle, folded = sentence_lines.escaped(text.casefold()), self._folded
        return sentences[[needle in folded[index] for index in sentences.tolist()]]

    def sentence(self, index: int) -> dict[str, Any]:
        """One sentence as `ExampleSentence.to_json` has it, with `first`, the number of its first gold entity."""
        return self.sentences([index])[0]

    def sentences(self, indices: Sequence[int]) -> list[dict[str, Any]]:
        """The same of several."""
        lines = zip(self._texts.take(indices), self._fields.take(indices), indices, strict=True)
        return [
            {**sentence_lines.parse(text, fields), "first": int(self.first_gold[index])}
            for text, fields, index in lines
        ]


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
