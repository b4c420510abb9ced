"""Example sentences for each cell of the confusion matrices: all are counted, a few are kept.

Half of a cell's sentences are its most confident errors (on the diagonal: its least confident correct predictions),
half are random. The random sample is the same in every evaluation of a split, so that evaluations can be compared
sentence by sentence. Memory does not grow with the split, unless all errors are to be kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ner.evaluation.analysis.example_sentence import ExampleSentence
from ner.evaluation.metrics.metric import LabelledBatch
from ner.evaluation.predictions import Predictions
from ner.text.labels import Labels

KEPT_SENTENCES = 20  # of each cell
LEVELS = ("entity", "word", "character")
ERRORS = "sentence"  # a level with one cell: sentences with an entity error, ranked by their most confident one
SLICE = "slice"  # a level with a cell (slice, number of slices) for the errors in each slice
MAX_CHARACTERS = 600_000  # of all sentences kept together; in proportion if more are kept of each cell
ALL_ERRORS_CHARACTERS = 100_000_000  # where all sentences with an error are kept
_BUFFERED_SENTENCES = 4_096  # between two selections
_NO_RANK = -1


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell's kept sentences as indices into `Examples.sentences`, most confident error first, with confidences."""

    sentences: tuple[int, ...]
    confidences: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Examples:
    """The kept sentences, once each; the cells (row, column) they are examples of; and counts of all sentences, int64
    [R, C] a level. Of a cell with more sentences, the first `most_confident` are kept for their confidence.
    """

    sentences: tuple[ExampleSentence, ...]
    cells: dict[str, dict[tuple[int, int], Cell]]
    counts: dict[str, np.ndarray]
    most_confident: int


@dataclass
class _Candidates:
    """Candidate sentences of the cells of one level, as a table of columns; see `ExampleCollector` for `kept`."""

    side: int
    kept: int | None
    cell: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    position: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    rank: np.ndarray = field(default_factory=lambda: np.zeros(0))
    confidence: np.ndarray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        self.counts = np.zeros(self.side**2, np.int64)

    def add(self, *columns: np.ndarray) -> None:
        self.counts += np.bincount(columns[0], minlength=len(self.counts))
        self._set(*(np.concatenate(pair) for pair in zip(self._columns(), columns, strict=True)))

    def select(self) -> None:
        number = self.kept or KEPT_SENTENCES
        confident = _first_of_each(self.cell, -self.rank, number // 2)
        random = _first_of_each(self.cell, _pseudo_random(self.position), number - number // 2)
        kept = confident | random
        if self.kept is None:
            kept |= (self.cell // self.side != self.cell % self.side) | (self.side == 1)
        self._set(*(column[kept] for column in self._columns()))

    def _columns(self) -> tuple[np.ndarray, ...]:
        return self.cell, self.position, self.rank, self.confidence

    def _set(self, *columns: np.ndarray) -> None:
        self.cell, self.position, self.rank, self.confidence = columns


class ExampleCollector:
    """Collects examples from batches, which may come in any order.

    Keeps `kept` sentences of each cell, or all with an error if it is None, as far as `ALL_ERRORS_CHARACTERS` go.
    """

    def __init__(self, labels: Labels, num_slices: int = 0, kept: int | None = KEPT_SENTENCES) -> None:
        self._labels = labels
        sides = (len(labels.types) + 1, len(labels), len(labels), 1, num_slices + 1)
        levels = zip((*LEVELS, ERRORS, SLICE), sides, strict=True)
        self._levels = {level: _Candidates(side, kept) for level, side in levels}
        self._max_characters = ALL_ERRORS_CHARACTERS if kept is None else MAX_CHARACTERS * kept // KEPT_SENTENCES
        self._most_confident = (kept or KEPT_SENTENCES) // 2
        self._kept: dict[int, ExampleSentence] = {}
        self._buffer: list[Predictions] = []

    def add(self, predictions: Predictions, batch: LabelledBatch) -> None:
        """Adds the predictions of `batch`."""
        alignment = batch.alignment
        confidence = predictions.span_confidences(alignment.row, alignment.start, alignment.end)
        self._add("entity", predictions, alignment.row, alignment.gold, alignment.predicted, confidence)
        for level, gold, predicted, confidences in (
            ("word", predictions.gold_words, predictions.predicted_words, predictions.word_confidences),
            ("character", predictions.gold_chars, predictions.predicted_chars, predictions.char_confidences),
        ):
            # O predicted as O occurs in nearly every sentence: no examples.
            rows, columns = np.nonzero((gold >= 0) & ((gold > 0) | (predicted > 0)))
            chosen = (gold[rows, columns], predicted[rows, columns], confidences[rows, columns])
            self._add(level, predictions, rows, *chosen)
        wrong = alignment.gold != alignment.predicted
        highest = np.zeros(len(predictions.position))
        np.maximum.at(highest, alignment.row[wrong], confidence[wrong])
        rows = np.unique(alignment.row[wrong])
        ranks = highest[rows]
        self._levels[ERRORS].add(np.zeros(len(rows), np.int64), predictions.position[rows], ranks, ranks)
        if batch.slices is not None:
            slices, entities = np.nonzero((batch.slices.gold | batch.slices.predicted) & wrong)
            errors = np.full_like(slices, len(batch.slices.slices))
            self._add(SLICE, predictions, alignment.row[entities], slices, errors, confidence[entities])
        self._buffer.append(predictions)
        if sum(len(batch.position) for batch in self._buffer) >= _BUFFERED_SENTENCES:
            self._select()

    def examples(self) -> Examples:
        """Examples within the limit: the first of every cell, then the second of every cell, ..."""
        self._select()
        cells = {level: _ranked(candidates) for level, candidates in self._levels.items()}
        positions = self._within_budget([lines for level in cells.values() for lines in level.values()])
        index = {position: number for number, position in enumerate(positions)}
        return Examples(
            sentences=tuple(self._kept[position] for position in positions),
            cells={level: _indexed(lines, index) for level, lines in cells.items()},
            counts={level: one.counts.reshape(one.side, one.side) for level, one in self._levels.items()},
            most_confident=self._most_confident,
        )

    def _add(self, level: str, predictions: Predictions, rows: np.ndarray, *event: np.ndarray) -> None:
        """Adds one candidate for each sentence and cell; `event` holds gold, predicted and confidence of each unit."""
        gold, predicted, confidence = event
        side, sentences = self._levels[level].side, len(predictions.position)
        keys = (gold * side + predicted) * sentences + rows
        ranks = np.where(gold == predicted, 1 - confidence, confidence)
        best = np.full(side * side * sentences, _NO_RANK, np.float64)
        np.maximum.at(best, keys, np.clip(ranks, 0, 1))
        found = np.flatnonzero(best > _NO_RANK)
        cells, rank = found // sentences, best[found]
        confidences = np.where(cells // side == cells % side, 1 - rank, rank)
        self._levels[level].add(cells, predictions.position[found % sentences], rank, confidences)

    def _select(self) -> None:
        for candidates in self._levels.values():
            candidates.select()
        positions = {position for one in self._levels.values() for position in one.position.tolist()}
        self._kept = {position: sentence for position, sentence in self._kept.items() if position in positions}
        for predictions in self._buffer:
            for row, position in enumerate(predictions.position.tolist()):
                if position in positions:
                    self._kept[position] = ExampleSentence.from_row(predictions, row, self._labels)
        self._buffer = []

    def _within_budget(self, cells: list[list[tuple[int, float]]]) -> list[int]:
        """Positions of the sentences to keep, in file order."""
        chosen: set[int] = set()
        budget = self._max_characters
        for place in range(max(map(len, cells), default=0)):
            for lines in cells:
                position = lines[place][0] if place < len(lines) else None
                if position is None or position in chosen:
                    continue
                budget -= self._kept[position].num_characters
                if budget < 0:
                    return sorted(chosen)
                chosen.add(position)
        return sorted(chosen)


def _ranked(candidates: _Candidates) -> dict[tuple[int, int], list[tuple[int, float]]]:
    """Cell -> its (position, confidence) entries, highest rank first."""
    order = np.lexsort((candidates.position, -candidates.rank, candidates.cell))
    cells: dict[tuple[int, int], list[tuple[int, float]]] = {}
    columns = (candidates.cell, candidates.position, candidates.confidence)
    for cell, position, confidence in zip(*(column[order].tolist() for column in columns), strict=True):
        cells.setdefault(divmod(cell, candidates.side), []).append((position, confidence))
    return cells


def _indexed(
    lines: Mapping[tuple[int, int], list[tuple[int, float]]], index: Mapping[int, int]
) -> dict[tuple[int, int], Cell]:
    cells = {}
    for cell, entries in lines.items():
        kept = [(index[position], confidence) for position, confidence in entries if position in index]
        cells[cell] = Cell(tuple(number for number, _ in kept), tuple(confidence for _, confidence in kept))
    return cells


def _first_of_each(cells: np.ndarray, keys: np.ndarray, count: int) -> np.ndarray:
    """bool [N]: the `count` smallest `keys` of each cell."""
    order = np.lexsort((keys, cells))
    ordered = cells[order]
    nth = np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
    chosen = np.zeros(len(cells), bool)
    chosen[order[nth < count]] = True
    return chosen


def _pseudo_random(positions: np.ndarray) -> np.ndarray:
    """A hash of each sentence's position: the same random sample every time (Knuth's multiplicative hash)."""
    return positions.astype(np.uint64) * np.uint64(2654435761) % np.uint64(2**32)
