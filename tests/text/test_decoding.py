import itertools
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.decoding import decode_and_rate, real_words, votes, word_evidence
from ner.text.labels import Labels
from ner.text.lattice import Lattice
from tests.text.padded_decoding import decode

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
LATTICE = Lattice.of_constraints(LABELS)


def log_probs_of(rows):
    """Log-probabilities [1, T, 5] that prefer the given label ids, 0.6 against 0.1."""
    probs = np.full((1, len(rows), 5), 0.1)
    probs[0, range(len(rows)), rows] = 0.6
    return np.log(probs)


def test_word_scores_are_means_over_the_characters_of_a_word():
    log_probs = np.log(np.random.default_rng(0).dirichlet(np.ones(5), 9)).astype(np.float32)
    for length in (9, 8):  # with and without a character after the last word
        scores = LATTICE.word_scores(log_probs[:length], np.array([0, 4, 6]), np.array([3, 6, 8]))
        assert scores.dtype == np.float64
        for word, (start, end) in enumerate(((0, 3), (4, 6), (6, 8))):
            np.testing.assert_allclose(scores[word], log_probs[start:end].mean(0), rtol=1e-6)
    nothing = np.zeros(0, np.int64)
    assert LATTICE.word_scores(log_probs, nothing, nothing).shape == (0, 5)


def test_vote_takes_the_label_of_most_characters():
    log_probs = log_probs_of([1, 1, 3, 0, 4, 4])
    starts, ends = np.array([[0, 4]]), np.array([[3, 6]])
    assert votes(log_probs[0], starts[0], ends[0]).tolist() == [[0, 2, 0, 1, 0], [0, 0, 0, 0, 2]]
    assert decode(log_probs, starts, ends, LATTICE, "vote")[0].tolist() == [[1, 4]]


def test_viterbi_repairs_what_the_vote_gets_wrong():
    log_probs = log_probs_of([0, 4])  # O I-PER is not IOB2; B-PER or B-LOC or O are equally good seconds
    starts, ends = np.array([[0, 1]]), np.array([[1, 2]])
    assert decode(log_probs, starts, ends, LATTICE, "vote")[0].tolist() == [[0, 4]]
    first, second = decode(log_probs, starts, ends, LATTICE, "viterbi")[0][0]
    assert LABELS.transition_mask[first, second]


def test_viterbi_changes_an_earlier_word_where_later_ones_are_surer():
    scores = np.log(np.array([[0.5, 0.01, 0.01, 0.45, 0.03], [0.02, 0.01, 0.01, 0.06, 0.9]]))
    assert [LABELS.names[i] for i in LATTICE.viterbi(scores, np.array([2]))] == ["B-PER", "I-PER"]


@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_viterbi_finds_the_best_allowed_sequence(length, seed):
    scores = np.random.default_rng(seed).normal(size=(length, 5))

    def allowed(path):
        return LABELS.start_mask[path[0]] and all(LABELS.transition_mask[a, b] for a, b in itertools.pairwise(path))

    paths = filter(allowed, itertools.product(range(5), repeat=length))
    best = max(paths, key=lambda path: sum(scores[i, label] for i, label in enumerate(path)))
    assert LATTICE.viterbi(scores, np.array([length])).tolist() == list(best)


@given(st.lists(st.integers(0, 6), max_size=8), st.integers(0, 2**32 - 1))
def test_sentences_that_are_decoded_together_have_what_each_has_alone(lengths, seed):
    random = np.random.default_rng(seed)
    lattice = Lattice(LATTICE.start + random.normal(size=5), LATTICE.transitions + 3 * random.normal(size=(5, 5)))
    scores, together = random.normal(size=(sum(lengths), 5)), np.array(lengths, np.int64)
    labels, probabilities = lattice.viterbi(scores, together), lattice.marginals(scores, together)
    assert (labels.shape, probabilities.shape) == ((sum(lengths),), (sum(lengths), 5))
    first = 0
    for length in lengths:
        alone, words = scores[first : first + length], slice(first, first + length)
        np.testing.assert_array_equal(labels[words], lattice.viterbi(alone, np.array([length])))
        np.testing.assert_allclose(probabilities[words], lattice.marginals(alone, np.array([length])), rtol=1e-9)
        first += length


def test_viterbi_of_many_sentences_and_labels_takes_little_memory():
    labels = Labels(("O", *(f"{prefix}-T{number}" for number in range(40) for prefix in "BI")))
    lattice, scores = Lattice.of_constraints(labels), np.random.default_rng(0).normal(size=(4000, len(labels)))
    tracemalloc.start()
    found = lattice.viterbi(scores, np.full(2000, 2))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 32 * 2**20  # all moves of all sentences at once would be 105 MB
    np.testing.assert_array_equal(found[-4:], lattice.viterbi(scores[-4:], np.full(2, 2)))


def test_padding_words_change_nothing():
    log_probs = log_probs_of([0, 3, 4, 1, 2])
    starts, ends = np.array([[0, 1, 0], [2, 3, 4]]), np.array([[1, 2, 0], [3, 4, 5]])
    together = decode(np.concatenate([log_probs, log_probs]), starts, ends, LATTICE)
    alone = decode(log_probs, starts[:1, :2], ends[:1, :2], LATTICE)
    np.testing.assert_array_equal(together[0][0, :2], alone[0][0])
    np.testing.assert_allclose(together[1][0, :2], alone[1][0])


def test_the_confidence_of_a_word_alone_is_the_geometric_mean_over_its_characters():
    lattice = Lattice(np.zeros(2), np.zeros((2, 2)))
    probs = np.array([[[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]])
    words, confidences = decode(np.log(probs), np.array([[0, 2, 0]]), np.array([[2, 3, 0]]), lattice)
    first, second = np.sqrt(0.9 * 0.4), np.sqrt(0.1 * 0.6)
    assert words[0, :2].tolist() == [0, 1]
    np.testing.assert_allclose(confidences[0, :2], [first / (first + second), 0.8])


def test_a_word_s_length_scales_its_scores():
    lattice = Lattice(np.zeros(2), np.zeros((2, 2)), (np.log(3.0), 1.0))
    log_probs = np.log(np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]))
    found = lattice.word_scores(log_probs, np.array([0, 2]), np.array([2, 3]))
    np.testing.assert_allclose(found[0], 3 * 2 * log_probs[:2].mean(0))
    np.testing.assert_allclose(found[1], 3 * log_probs[2])


@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_marginals_sum_over_all_allowed_sequences(length, seed):
    random = np.random.default_rng(seed)
    scores = random.normal(size=(length, 5))
    lattice = Lattice(LATTICE.start + random.normal(size=5), LATTICE.transitions + random.normal(size=(5, 5)))
    total, expected = 0.0, np.zeros((length, 5))
    for path in itertools.product(range(5), repeat=length):
        moves = sum(lattice.transitions[a, b] for a, b in itertools.pairwise(path))
        weight = np.exp(sum(scores[i, label] for i, label in enumerate(path)) + lattice.start[path[0]] + moves)
        total += weight
        for word, label in enumerate(path):
            expected[word, label] += weight
    np.testing.assert_allclose(lattice.marginals(scores, np.array([length])), expected / total, atol=1e-9)


@given(st.floats(0.2, 5), st.integers(0, 2**32 - 1))
def test_a_temperature_divides_the_scores_of_sequences(temperature, seed):
    random = np.random.default_rng(seed)
    lattice = Lattice(LATTICE.start, LATTICE.transitions + random.normal(size=(5, 5)), (0.3, 0.2))
    log_probs, starts, ends = random.normal(size=(7, 5)), np.array([0, 3, 5]), np.array([3, 4, 7])
    warm, lengths = lattice.with_temperature(temperature), np.array([3])
    scores, divided = lattice.word_scores(log_probs, starts, ends), warm.word_scores(log_probs, starts, ends)
    np.testing.assert_allclose(divided, scores / temperature)
    np.testing.assert_array_equal(warm.viterbi(divided, lengths), lattice.viterbi(scores, lengths))
    same_chain = Lattice(lattice.start / temperature, lattice.transitions / temperature)
    np.testing.assert_allclose(warm.marginals(divided, lengths), same_chain.marginals(scores / temperature, lengths))


def test_decode_refuses_an_unknown_method():
    with pytest.raises(ValueError, match="'guess' is not one of"):
        decode(np.zeros((1, 1, 5)), np.array([[0]]), np.array([[1]]), LATTICE, "guess")


def test_biases_are_added_to_the_scores_of_every_word():
    random = np.random.default_rng(5)
    scores, lengths = random.normal(size=(12, 5)), np.array([4, 5, 3])
    biases = np.array([0.0, 1.5, 1.5, -0.5, -0.5])
    biased = scores + biases
    with_bias = LATTICE.with_biases(biases)
    np.testing.assert_array_equal(with_bias.viterbi(scores, lengths), LATTICE.viterbi(biased, lengths))
    np.testing.assert_allclose(with_bias.marginals(scores, lengths), LATTICE.marginals(biased, lengths))
    assert (with_bias.viterbi(scores, lengths) != LATTICE.viterbi(scores, lengths)).any()


def test_given_labels_are_rated_by_their_marginals():
    scores = np.log(np.array([[0.5, 0.01, 0.01, 0.45, 0.03], [0.02, 0.01, 0.01, 0.06, 0.9]]))
    words = np.array([[0, 1], [0, 0]]), np.array([[1, 2], [1, 0]])  # the second sentence has one word
    log_probs, rated = np.stack([scores, scores]), np.array([[3, 0], [1, 0]])
    evidence = word_evidence(*real_words(log_probs, *words), LATTICE, "viterbi")
    labels, probabilities, found = decode_and_rate(evidence, words[1] > 0, rated, LATTICE, "viterbi")
    both, first = (LATTICE.marginals(scores[:size], np.array([size])) for size in (2, 1))
    np.testing.assert_allclose(found, [[both[0, 3], both[1, 0]], [first[0, 1], 0]])
    for wanted, own in zip(decode(log_probs, *words, LATTICE), (labels, probabilities), strict=True):
        np.testing.assert_array_equal(wanted, own)
