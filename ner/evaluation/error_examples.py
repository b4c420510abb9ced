"""Which sentences stand behind each cell of the confusion matrices: counted all, kept a few of each.

A cell keeps the ten sentences that one wants to see first (the surest errors; where gold and predicted agree, the
least sure hits) and ten drawn by lot. The lots are the same in every evaluation of a split, so that evaluations can be
compared sentence by sentence. Memory stays flat however large the split.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ner.evaluation.predictions import Predictions
from ner.evaluation.shown_sentence import ShownSentence
from ner.evaluation.span_alignment import EntityPairs
from ner.text.labels import Labels

SUREST = 10
DRAWN = 10
LEVELS = ("entity", "word", "character")
ERRORS = "sentence"  # a level of one cell: sentences with an error, ranked by the confidence of all their errors
MAX_CHARACTERS = 600_000  # of all sentences kept together
_SENTENCES_HELD = 4_096  # between two selections
_NO_CELL = -1


@dataclass(frozen=True, eq=False)
class Cell:
    """A cell's kept sentences as indices into `Examples.sentences`, most telling first, each with its confidence."""

    sentences: tuple[int, ...]
    confidences: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Examples:
    """The kept sentences, once each, the cells (row, column) that they stand for, and int64 [R, C] of all sentences."""

    sentences: tuple[ShownSentence, ...]
    cells: dict[str, dict[tuple[int, int], Cell]]
    counts: dict[str, np.ndarray]


@dataclass
class _Candidates:
    """Sentences of the cells of one level; column by column."""

    side: int
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
        surest = _first_of_each(self.cell, -self.rank, SUREST)
        drawn = _first_of_each(self.cell, _lots(self.position), DRAWN)
        self._set(*(column[surest | drawn] for column in self._columns()))

    def _columns(self) -> tuple[np.ndarray, ...]:
        return self.cell, self.position, self.rank, self.confidence

    def _set(self, *columns: np.ndarray) -> None:
        self.cell, self.position, self.rank, self.confidence = columns


class ExampleCollector:
    """Takes the predictions of batches in any order of sentences."""

    def __init__(self, labels: Labels) -> None:
        sides = (len(labels.types) + 1, len(labels), len(labels), 1)
        self._levels = {level: _Candidates(side) for level, side in zip((*LEVELS, ERRORS), sides, strict=True)}
        self._kept: dict[int, ShownSentence] = {}
        self._held: list[Predictions] = []

    def add(self, predictions: Predictions, pairs: EntityPairs) -> None:
        """Takes a batch; `pairs` are its entities."""
        confidence = predictions.span_confidences(pairs.row, pairs.start, pairs.end)
        self._add("entity", predictions, pairs.row, pairs.gold, pairs.predicted, confidence)
        for level, gold, predicted, confidences in (
            ("word", predictions.gold_words, predictions.predicted_words, predictions.word_confidences),
            ("character", predictions.gold_chars, predictions.predicted_chars, predictions.char_confidences),
        ):
            # O taken for O is nearly every sentence, and tells nothing.
            rows, columns = np.nonzero((gold >= 0) & ((gold > 0) | (predicted > 0)))
            chosen = (gold[rows, columns], predicted[rows, columns], confidences[rows, columns])
            self._add(level, predictions, rows, *chosen)
        wrong = pairs.gold != pairs.predicted
        total = np.bincount(pairs.row[wrong], confidence[wrong], minlength=len(predictions.position))
        rows = np.unique(pairs.row[wrong])
        self._levels[ERRORS].add(np.zeros(len(rows), np.int64), predictions.position[rows], total[rows], total[rows])
        self._held.append(predictions)
        if sum(len(batch.position) for batch in self._held) >= _SENTENCES_HELD:
            self._select()

    def examples(self) -> Examples:
        """What was kept, as much of it as `MAX_CHARACTERS` allows: the first of every cell, then the second, ..."""
        self._select()
        cells = {level: _ranked(candidates) for level, candidates in self._levels.items()}
        positions = self._within_budget([lines for level in cells.values() for lines in level.values()])
        index = {position: number for number, position in enumerate(positions)}
        return Examples(
            sentences=tuple(self._kept[position] for position in positions),
            cells={level: _indexed(lines, index) for level, lines in cells.items()},
            counts={level: one.counts.reshape(one.side, one.side) for level, one in self._levels.items()},
        )

    def _add(self, level: str, predictions: Predictions, rows: np.ndarray, *event: np.ndarray) -> None:
        """Events of one level, `event` being gold, predicted and confidence, joined to one a sentence and cell."""
        gold, predicted, confidence = event
        side, sentences = self._levels[level].side, len(predictions.position)
        keys = (gold * side + predicted) * sentences + rows
        ranks = np.where(gold == predicted, 1 - confidence, confidence)
        best = np.full(side * side * sentences, _NO_CELL, np.float64)
        np.maximum.at(best, keys, np.clip(ranks, 0, 1))
        found = np.flatnonzero(best > _NO_CELL)
        cells, rank = found // sentences, best[found]
        confidences = np.where(cells // side == cells % side, 1 - rank, rank)
        self._levels[level].add(cells, predictions.position[found % sentences], rank, confidences)

    def _select(self) -> None:
        for candidates in self._levels.values():
            candidates.select()
        wanted = {position for one in self._levels.values() for position in one.position.tolist()}
        self._kept = {position: sentence for position, sentence in self._kept.items() if position in wanted}
        for predictions in self._held:
            for row, position in enumerate(predictions.position.tolist()):
                if position in wanted:
                    self._kept[position] = ShownSentence.from_row(predictions, row)
        self._held = []

    def _within_budget(self, cells: list[list[tuple[int, float]]]) -> list[int]:
        """Numbers of the sentences to keep, in the order of the files."""
        chosen: set[int] = set()
        room = MAX_CHARACTERS
        for turn in range(SUREST + DRAWN):
            for lines in cells:
                position = lines[turn][0] if turn < len(lines) else None
                if position is None or position in chosen:
                    continue
                room -= self._kept[position].num_characters
                if room < 0:
                    return sorted(chosen)
                chosen.add(position)
        return sorted(chosen)


def _ranked(candidates: _Candidates) -> dict[tuple[int, int], list[tuple[int, float]]]:
    """Cell -> its (position, confidence) pairs, most telling first."""
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
    for cell, pairs in lines.items():
        kept = [(index[position], confidence) for position, confidence in pairs if position in index]
        cells[cell] = Cell(tuple(number for number, _ in kept), tuple(confidence for _, confidence in kept))
    return cells


def _first_of_each(cells: np.ndarray, keys: np.ndarray, count: int) -> np.ndarray:
    """bool [N]: the `count` smallest `keys` of each cell."""
    order = np.lexsort((keys, cells))
    ordered = cells[order]
    places = np.arange(len(ordered)) - np.searchsorted(ordered, ordered)
    chosen = np.zeros(len(cells), bool)
    chosen[order[places < count]] = True
    return chosen


def _lots(positions: np.ndarray) -> np.ndarray:
    """A number for each sentence that looks random and is the same every time (Knuth's multiplicative hash)."""
    return positions.astype(np.uint64) * np.uint64(2654435761) % np.uint64(2**32)
