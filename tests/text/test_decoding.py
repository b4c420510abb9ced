import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.decoding import decode, votes
from ner.text.labels import Labels
from ner.text.lattice import Lattice

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
ALL_REAL = np.ones((1, 4), bool)
LATTICE = Lattice.of_constraints(LABELS)


def log_probs_of(rows):
    """Log-probabilities [1, T, 5] that prefer the given label ids, 0.6 against 0.1."""
    probs = np.full((1, len(rows), 5), 0.1)
    probs[0, range(len(rows)), rows] = 0.6
    return np.log(probs)


def test_word_scores_are_means_over_the_characters_of_a_word():
    log_probs = np.log(np.random.default_rng(0).dirichlet(np.ones(5), (1, 7)))
    scores = LATTICE.word_scores(log_probs, np.array([[0, 4, 0]]), np.array([[3, 7, 0]]))
    np.testing.assert_allclose(scores[0, 0], log_probs[0, 0:3].mean(0))
    np.testing.assert_allclose(scores[0, 1], log_probs[0, 4:7].mean(0))
    np.testing.assert_array_equal(scores[0, 2], 0)


def test_vote_takes_the_label_of_most_characters():
    log_probs = log_probs_of([1, 1, 3, 0, 4, 4])
    starts, ends = np.array([[0, 4]]), np.array([[3, 6]])
    assert votes(log_probs, starts, ends).tolist() == [[[0, 2, 0, 1, 0], [0, 0, 0, 0, 2]]]
    assert decode(log_probs, starts, ends, LATTICE, "vote")[0].tolist() == [[1, 4]]


def test_viterbi_repairs_what_the_vote_gets_wrong():
    log_probs = log_probs_of([0, 4])  # O I-PER is not IOB2; B-PER or B-LOC or O are equally good seconds
    starts, ends = np.array([[0, 1]]), np.array([[1, 2]])
    assert decode(log_probs, starts, ends, LATTICE, "vote")[0].tolist() == [[0, 4]]
    first, second = decode(log_probs, starts, ends, LATTICE, "viterbi")[0][0]
    assert LABELS.transition_mask[first, second]


def test_viterbi_changes_an_earlier_word_where_later_ones_are_surer():
    scores = np.log(np.array([[[0.5, 0.01, 0.01, 0.45, 0.03], [0.02, 0.01, 0.01, 0.06, 0.9]]]))
    assert [LABELS.names[i] for i in LATTICE.viterbi(scores, ALL_REAL[:, :2])[0]] == ["B-PER", "I-PER"]


@given(st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_viterbi_finds_the_best_allowed_sequence(length, seed):
    scores = np.random.default_rng(seed).normal(size=(1, length, 5))

    def allowed(path):
        return LABELS.start_mask[path[0]] and all(LABELS.transition_mask[a, b] for a, b in itertools.pairwise(path))

    paths = filter(allowed, itertools.product(range(5), repeat=length))
    best = max(paths, key=lambda path: sum(scores[0, i, label] for i, label in enumerate(path)))
    assert LATTICE.viterbi(scores, ALL_REAL[:, :length])[0].tolist() == list(best)


@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_viterbi_is_not_changed_by_padding_words_whatever_transitions_were_learnt(length, padding, seed):
    random = np.random.default_rng(seed)
    lattice = Lattice(LATTICE.start + random.normal(size=5), LATTICE.transitions + 3 * random.normal(size=(5, 5)))
    scores = random.normal(size=(1, length, 5))
    padded = np.concatenate([scores, np.zeros((1, padding, 5))], axis=1)
    real = np.arange(length + padding)[None] < length
    found = lattice.viterbi(padded, real)
    np.testing.assert_array_equal(found[:, :length], lattice.viterbi(scores, real[:, :length]))
    assert (found[:, length:] == found[:, length - 1]).all()


def test_the_confidence_of_a_word_alone_is_the_geometric_mean_over_its_characters():
    lattice = Lattice(np.zeros(2), np.zeros((2, 2)))
    probs = np.array([[[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]])
    words, confidences = decode(np.log(probs), np.array([[0, 2, 0]]), np.array([[2, 3, 0]]), lattice)
    first, second = np.sqrt(0.9 * 0.4), np.sqrt(0.1 * 0.6)
    assert words[0, :2].tolist() == [0, 1]
    np.testing.assert_allclose(confidences[0, :2], [first / (first + second), 0.8])


def test_a_word_s_length_scales_its_scores():
    lattice = Lattice(np.zeros(2), np.zeros((2, 2)), (np.log(3.0), 1.0))
    log_probs = np.log(np.array([[[0.9, 0.1], [0.4, 0.6], [0.2, 0.8]]]))
    found = lattice.word_scores(log_probs, np.array([[0, 2]]), np.array([[2, 3]]))
    np.testing.assert_allclose(found[0, 0], 3 * 2 * log_probs[0, :2].mean(0))
    np.testing.assert_allclose(found[0, 1], 3 * log_probs[0, 2])


@given(st.integers(1, 4), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_marginals_sum_over_all_allowed_sequences(length, padding, seed):
    random = np.random.default_rng(seed)
    scores = random.normal(size=(1, length + padding, 5))
    lattice = Lattice(LATTICE.start + random.normal(size=5), LATTICE.transitions + random.normal(size=(5, 5)))
    real = np.arange(length + padding)[None] < length
    total, expected = 0.0, np.zeros((length, 5))
    for path in itertools.product(range(5), repeat=length):
        moves = sum(lattice.transitions[a, b] for a, b in itertools.pairwise(path))
        weight = np.exp(sum(scores[0, i, label] for i, label in enumerate(path)) + lattice.start[path[0]] + moves)
        total += weight
        for word, label in enumerate(path):
            expected[word, label] += weight
    np.testing.assert_allclose(lattice.marginals(scores, real)[0, :length], expected / total, atol=1e-9)


def test_decode_refuses_an_unknown_method():
    with pytest.raises(ValueError, match="'guess' is not one of"):
        decode(np.zeros((1, 1, 5)), np.array([[0]]), np.array([[1]]), LATTICE, "guess")


def test_a_bias_against_o_lowers_the_score_of_every_word_that_has_it():
    random = np.random.default_rng(5)
    scores, real = random.normal(size=(3, 4, 5)), np.ones((3, 4), bool)
    biased = scores.copy()
    biased[..., 0] -= 1.5
    with_bias = LATTICE.with_outside_bias(1.5)
    np.testing.assert_array_equal(with_bias.viterbi(scores, real), LATTICE.viterbi(biased, real))
    np.testing.assert_allclose(with_bias.marginals(scores, real), LATTICE.marginals(biased, real))
    assert (with_bias.viterbi(scores, real) != LATTICE.viterbi(scores, real)).any()
