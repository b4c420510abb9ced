import numpy as np
import pytest
import scipy.sparse as sp

from data_tools.distributional import factorization
from data_tools.distributional.factorization import FAR, NEAR, count_neighbours, positive_information, word_vectors
from data_tools.distributional.word_sequence import BREAK, RARE, WordSequence

SENTENCES = [[0, 1, 2], [1], [2, RARE, 0, 0, 1], [0, 2, 2, 1, RARE, 1, 0, 0, 2, 1, 1, 2, 0, 1]]
END = 2  # the column of the end of a sentence; word 2 has none


def sequence_of(sentences, num_words=3):
    ids = [number for sentence in sentences for number in (*sentence, BREAK)]
    return WordSequence(tuple(f"w{number}" for number in range(num_words)), np.array(ids, np.int32))


def counts_by_hand(groups, with_ends):
    wanted = np.zeros([3, max(groups.values()) + 1, END + 1])
    for sentence in SENTENCES:
        for place, word in enumerate(sentence):
            for offset, group in groups.items():
                beside = place + offset
                if word >= 0 and 0 <= beside < len(sentence) and 0 <= sentence[beside] < END:
                    wanted[word, group, sentence[beside]] += 1
                first = beside == -1 and sentence is not SENTENCES[0]  # the end of the sentence before
                if word >= 0 and with_ends and (first or beside == len(sentence)):
                    wanted[word, group, END] += 1
    return wanted.reshape(3, -1)


@pytest.mark.parametrize("chunk", [1, 4, 1 << 20])
@pytest.mark.parametrize(("groups", "with_ends"), [(NEAR, True), (FAR, False)])
def test_neighbours_are_counted_up_to_the_ends_of_their_sentence(monkeypatch, chunk, groups, with_ends):
    monkeypatch.setattr(factorization, "_CHUNK", chunk)
    monkeypatch.setattr(factorization, "NEIGHBOURS", END)
    sequence = sequence_of(SENTENCES)
    columns = np.where(sequence.ids < END, sequence.ids, RARE)
    columns[sequence.ids == BREAK] = END if with_ends else RARE
    found = count_neighbours(sequence, columns, groups).toarray()
    np.testing.assert_array_equal(found, counts_by_hand(groups, with_ends))
    assert found.sum() > 20


def test_information_is_that_of_the_definition():
    counts = np.array([[4.0, 0, 1], [1, 3, 0], [0, 0, 9]])
    found = positive_information(sp.csr_matrix(counts)).toarray()
    chances = counts.sum(axis=0) ** 0.75
    chances /= chances.sum()
    for row, column in np.ndindex(3, 3):
        count = counts[row, column]
        ratio = count / counts[row].sum() / chances[column]
        wanted = max(np.log(ratio), 0) * count / (count + 1) if count else 0
        assert found[row, column] == pytest.approx(wanted, abs=1e-6)


def likeness_of(vectors):
    directions = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return directions @ directions.T


def test_words_with_like_neighbours_have_like_vectors():
    random = np.random.default_rng(0)
    names, verbs, places = [0, 1, 2], [3, 4, 5], [6, 7, 8]
    sentences = [[random.choice(kind) for kind in (names, verbs, places)] for _ in range(400)]
    vectors = word_vectors(sequence_of(sentences, 9), 4)
    assert (vectors.shape, vectors.dtype) == ((9, 4), np.float32)
    np.testing.assert_allclose(np.square(vectors[:, :3]).mean(axis=1), 1, rtol=1e-5)
    assert not vectors[:, 3].any()  # sentences are short, and have no far neighbours
    likeness, kinds = likeness_of(vectors), np.arange(9) // 3
    assert likeness[kinds[:, None] == kinds].min() > 0.9
    assert likeness[kinds[:, None] != kinds].max() < 0.5
    np.testing.assert_array_equal(vectors, word_vectors(sequence_of(sentences, 9), 4))


def test_words_of_a_topic_have_like_far_parts(monkeypatch):
    """Near neighbours are the same words in both topics."""
    monkeypatch.setattr(factorization, "FREQUENT", 2)
    random = np.random.default_rng(0)
    sentences = []
    for _ in range(400):
        topic = int(random.integers(2))
        sentences.append([one for _ in range(6) for one in (0, 2 + topic * 3 + int(random.integers(3)), 1)])
    vectors = word_vectors(sequence_of(sentences, 8), 6)[2:, 4:]
    likeness, topics = likeness_of(vectors), np.arange(6) // 3
    assert likeness[topics[:, None] == topics].min() > 0.9
    assert likeness[topics[:, None] != topics].max() < 0.5
