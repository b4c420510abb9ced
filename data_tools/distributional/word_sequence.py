"""Plain text as one long sequence of numbered words."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data_tools.building.maps.processes import Map
from data_tools.readers.base import ReadCounts, Reader, SourceRange
from data_tools.readers.faults import Faults, FaultyLinesError
from data_tools.readers.source_batch import read_batches

BREAK = -1  # between sentences
RARE = -2  # a word that was left out


@dataclass(frozen=True, eq=False)
class WordSequence:
    """The `words` of a text, the most frequent first, and `ids` int32 [T]: their numbers, or `BREAK` or `RARE`."""

    words: tuple[str, ...]
    ids: np.ndarray

    @property
    def num_tokens(self) -> int:
        """How many words the text has, each as often as it occurs."""
        return int(np.count_nonzero(self.ids != BREAK))


def read_words(reader: Reader, paths: Sequence[str], min_count: int, max_words: int, map_: Map = map) -> WordSequence:
    """The words that occur at least `min_count` times, and at most `max_words`. Raises `FaultyLinesError`."""
    numbers: dict[str, int] = {}
    parts, faults = [np.zeros(0, np.int32)], Faults()
    for words, ids, wrong in map_(_read_part, [(reader, part) for path in paths for part in reader.ranges(path)]):
        own = [numbers.setdefault(word, len(numbers)) for word in words]
        parts.append(np.array([*own, BREAK], np.int32)[ids])  # BREAK is the last one's index too
        faults += wrong
    if faults:
        raise FaultyLinesError(faults)
    ids = np.concatenate(parts)
    counts = np.bincount(ids[ids >= 0], minlength=len(numbers))
    ranked = np.argsort(-counts, kind="stable")[: min(max_words, np.count_nonzero(counts >= min_count))]
    ranks = np.full(len(numbers) + 1, RARE, np.int32)
    ranks[ranked] = np.arange(len(ranked))
    ranks[BREAK] = BREAK
    all_words = list(numbers)
    return WordSequence(tuple(all_words[number] for number in ranked.tolist()), ranks[ids])


def _read_part(task: tuple[Reader, SourceRange]) -> tuple[list[str], np.ndarray, Faults]:
    """The words of a part of a file, their numbers in its text, int32 with `BREAK` after each sentence, and faults."""
    reader, part = task
    numbers: dict[str, int] = {}
    found = [np.zeros(0, np.int32)]
    try:
        for batch in read_batches(reader, [part], [ReadCounts()]):
            sentences = batch.sentences
            text, starts = sentences.text, sentences.starts
            places = zip(starts.tolist(), (starts + sentences.lengths).tolist(), strict=True)
            ids = [numbers.setdefault(text[start:end], len(numbers)) for start, end in places]
            found.append(np.insert(np.array(ids, np.int32), sentences.token_bounds[1:], BREAK))
    except FaultyLinesError as error:
        return [], np.zeros(0, np.int32), error.faults
    return list(numbers), np.concatenate(found), Faults()
