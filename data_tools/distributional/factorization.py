"""Word vectors as the factors of matrices: how much more often words occur near one another than by chance.

Near neighbours, at each of the places before and after a word, tell what kind of thing it is (Bullinaria and Levy 2007,
https://doi.org/10.3758/BF03193020); far ones, wherever they are, tell its topic. A vector has factors of both. A cell
is the positive pointwise mutual information, with the neighbours' frequencies smoothed and singular values to the power
of 1/2 (Levy et al. 2015, https://aclanthology.org/Q15-1016), and small counts discounted (Pantel and Lin 2002,
https://doi.org/10.1145/775047.775138). Levy and Goldberg 2014 show that word2vec factorizes nearly the same matrix.
"""

from collections.abc import Mapping

import numpy as np
import scipy.sparse as sp
from sklearn.utils.extmath import randomized_svd

from data_tools.distributional.word_sequence import BREAK, RARE, WordSequence

# Offset of a neighbour -> the group of columns that it is counted in.
NEAR = {-2: 0, -1: 1, 1: 2, 2: 3}
FAR = dict.fromkeys([*range(-10, -2), *range(3, 11)], 0)
NEIGHBOURS = 8_000  # the most frequent words
FREQUENT = 100  # of these, so frequent that they tell no topic
_SMOOTHING = 0.75
_CHUNK = 1 << 20  # words whose neighbours are counted at once
_ITERATIONS = 4


def word_vectors(sequence: WordSequence, size: int) -> np.ndarray:
    """Vectors of the sequence's words, float32 [N, size], two thirds by near neighbours; N must be above `size`.

    Both parts of a vector have a root mean square of 1, or are 0.
    """
    columns = np.where(sequence.ids < NEIGHBOURS, sequence.ids, RARE)
    near = np.where(sequence.ids == BREAK, NEIGHBOURS, columns)  # the end of a sentence is a neighbour too
    far = np.where(columns >= FREQUENT, columns, RARE)
    num_far = size // 3
    parts = [
        _factors(count_neighbours(sequence, near, NEAR), size - num_far),
        _factors(count_neighbours(sequence, far, FAR), num_far),
    ]
    return np.concatenate(parts, axis=1)


def count_neighbours(sequence: WordSequence, columns: np.ndarray, groups: Mapping[int, int]) -> sp.csr_matrix:
    """How often each word has each neighbour, float32 [N, number of groups x (NEIGHBOURS + 1)].

    `columns` int [T] has the neighbour that each place of the sequence is, or a number below 0 for none; `groups` says
    which offsets count, and in which group. Nothing counts beyond the end of a sentence.
    """
    reach, width = max(groups), NEIGHBOURS + 1
    ids, columns = (np.pad(values, reach, constant_values=RARE) for values in (sequence.ids, columns))
    ends = np.cumsum(ids == BREAK)  # up to each place, itself included
    counts = sp.csr_matrix((len(sequence.words), (max(groups.values()) + 1) * width), dtype=np.float32)
    for begin in range(reach, len(ids) - reach, _CHUNK):
        places = np.arange(begin, min(begin + _CHUNK, len(ids) - reach))
        places = places[ids[places] >= 0]
        rows, cells = [], []
        for offset, group in groups.items():
            beside = places + offset
            left, right = (places, beside) if offset > 0 else (beside, places)
            counted = (columns[beside] >= 0) & (ends[left] == ends[right - 1])  # no end stands between
            rows.append(ids[places[counted]])
            cells.append(columns[beside[counted]].astype(np.int64) + group * width)
        found = np.concatenate(rows), np.concatenate(cells)
        counts = counts + sp.coo_matrix((np.ones(len(found[0]), np.float32), found), counts.shape).tocsr()
    return counts


def positive_information(counts: sp.csr_matrix) -> sp.csr_matrix:
    """The positive pointwise mutual information of each cell, in nats, discounted by count / (count + 1)."""
    of_words, of_neighbours = (np.asarray(counts.sum(axis=axis), np.float64).ravel() for axis in (1, 0))
    smoothed = of_neighbours**_SMOOTHING
    smoothed /= smoothed.sum()
    cells = counts.tocoo()
    information = np.log(cells.data / (of_words[cells.row] * smoothed[cells.col]))
    values = np.maximum(information, 0) * cells.data / (cells.data + 1)
    return sp.csr_matrix((values.astype(np.float32), (cells.row, cells.col)), counts.shape)


def _factors(counts: sp.csr_matrix, size: int) -> np.ndarray:
    """Factors of the words of a count, float32 [N, size], with a root mean square of 1 where they are not 0."""
    if not size or not counts.nnz:  # short sentences have no far neighbours
        return np.zeros((counts.shape[0], size), np.float32)
    left, values, _ = randomized_svd(positive_information(counts), size, n_iter=_ITERATIONS, random_state=0)
    vectors = left * np.sqrt(values)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True) / np.sqrt(size)
    scaled: np.ndarray = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return scaled
