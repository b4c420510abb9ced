import itertools

import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.heads.crf import gold_score, log_partition
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.tagger import Tagger
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.lattice import FORBIDDEN, Lattice
from ner.text.vocabulary import Vocabulary
from ner.training_config import PRECISIONS

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER"))
VOCABULARY = Vocabulary(tuple("abcdefghijklmnopqr"))  # 20 ids
SIZE = len(LABELS)
REAL = np.array([[True, True, True], [True, True, False], [True, False, False], [False, False, False]])
MASK = np.where(LABELS.transition_mask, 0.0, FORBIDDEN).astype(np.float32)
START_MASK = np.where(LABELS.start_mask, 0.0, FORBIDDEN).astype(np.float32)


def random_case(seed=0, scale=1.0):
    """Scores [4, 3, C], start [C] and transitions [C, C] with IOB2's constraints."""
    random = np.random.default_rng(seed)
    scores = random.normal(scale=scale, size=(*REAL.shape, SIZE)).astype(np.float32)
    start = random.normal(size=SIZE).astype(np.float32) + START_MASK
    return scores, start, random.normal(size=(SIZE, SIZE)).astype(np.float32) + MASK


def sequence_scores(scores, start, transitions, length):
    """Score of every label sequence of one sentence of `length` words."""
    found = {}
    for labels in itertools.product(range(SIZE), repeat=length):
        score = sum(float(scores[word, label]) for word, label in enumerate(labels))
        score += float(start[labels[0]]) if labels else 0.0
        found[labels] = score + sum(float(transitions[pair]) for pair in itertools.pairwise(labels))
    return found


@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_log_partition_is_that_of_all_sequences(scale):
    scores, start, transitions = random_case(scale=scale)
    found = log_partition(tf.constant(scores), tf.constant(REAL), start, transitions).numpy()
    for row, length in enumerate(REAL.sum(axis=1)):
        all_scores = np.array(list(sequence_scores(scores[row], start, transitions, length).values()))
        np.testing.assert_allclose(found[row], np.logaddexp.reduce(all_scores), rtol=1e-5, atol=1e-5)


def test_gradients_of_log_partition_are_marginals():
    scores, start, transitions = random_case()
    weights = tf.constant([1.0, 2.0, 0.5, 3.0])
    inputs = [tf.constant(scores), tf.constant(start), tf.constant(transitions)]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = tf.reduce_sum(weights * log_partition(inputs[0], tf.constant(REAL), *inputs[1:]))
    gradients = [gradient.numpy() for gradient in tape.gradient(total, inputs)]
    expected = [np.zeros_like(value) for value in (scores, start, transitions)]
    for row, length in enumerate(REAL.sum(axis=1)):
        found = sequence_scores(scores[row], start, transitions, length)
        log_z = np.logaddexp.reduce(np.array(list(found.values())))
        for labels, score in found.items():
            share = float(weights[row]) * np.exp(score - log_z)
            for word, label in enumerate(labels):
                expected[0][row, word, label] += share
            if labels:
                expected[1][labels[0]] += share
            for pair in itertools.pairwise(labels):
                expected[2][pair] += share
    for gradient, wanted in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(gradient, wanted, atol=1e-5)


@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_log_partition_of_allowed_labels_is_that_of_the_sequences_that_agree(scale):
    """As in Tsuboi et al. 2008: words without a label may have any."""
    scores, start, transitions = random_case(scale=scale)
    labels = np.array([[1, -2, 0], [-2, 3, 0], [-2, 0, 0], [0, 0, 0]])
    allowed = (labels[..., None] == np.arange(SIZE)) | (labels[..., None] == -2)
    inputs = [tf.constant(scores), tf.constant(start), tf.constant(transitions)]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        found = log_partition(inputs[0], tf.constant(REAL), *inputs[1:], allowed=tf.constant(allowed, tf.float32))
        total = tf.reduce_sum(found)
    marginals, *_ = (gradient.numpy() for gradient in tape.gradient(total, inputs))
    expected = np.zeros_like(scores)
    for row, length in enumerate(REAL.sum(axis=1)):
        agreeing = {
            one: score
            for one, score in sequence_scores(scores[row], start, transitions, length).items()
            if all(allowed[row, word, label] for word, label in enumerate(one))
        }
        log_z = np.logaddexp.reduce(np.array(list(agreeing.values())))
        np.testing.assert_allclose(found[row], log_z, rtol=1e-5, atol=1e-5)
        for one, score in agreeing.items():
            for word, label in enumerate(one):
                expected[row, word, label] += np.exp(score - log_z)
    np.testing.assert_allclose(marginals, expected, atol=1e-5)


def test_gold_score_is_that_of_one_sequence():
    scores, start, transitions = random_case()
    labels = np.array([[1, 2, 0], [0, 3, 0], [3, 0, 0], [0, 0, 0]], np.int32)
    found = gold_score(tf.constant(scores), tf.constant(labels), tf.constant(REAL), start, transitions)
    for row, length in enumerate(REAL.sum(axis=1)):
        wanted = sequence_scores(scores[row], start, transitions, length)[tuple(labels[row, :length])]
        assert abs(float(found[row]) - wanted) < 1e-5


def test_a_sure_word_whose_label_may_not_follow_keeps_the_partition_finite():
    scores = np.full((1, 2, SIZE), -1000.0, np.float32)
    scores[0, 0, 0] = scores[0, 1, 2] = 0.0  # O, then I-LOC, which may not follow
    found = log_partition(tf.constant(scores), tf.constant([[True, True]]), START_MASK, MASK)
    assert np.isfinite(float(found[0]))


def test_padding_words_and_characters_change_nothing_of_the_loss():
    tagger = Tagger(ModelConfig(head="crf", embedding_size=4, lstm_units=6, lstm_layers=1), VOCABULARY, LABELS)
    char_ids = np.array([[5, 6, 2, 7, 8]], np.int32)
    labels = np.array([[1, 1, 0, 0, 0]], np.int32)
    words = Words(np.array([[0, 3]], np.int32), np.array([[2, 5]], np.int32))
    alone = tagger.training_loss(char_ids, labels, words)
    pad = ((0, 0), (0, 3))
    padded_words = Words(*(np.pad(values, pad) for values in words))
    padded = tagger.training_loss(np.pad(char_ids, pad), np.pad(labels, pad, constant_values=-1), padded_words)
    np.testing.assert_allclose(alone, padded, rtol=1e-6)


def crf_tagger(**settings):
    """A small tagger with transitions."""
    tagger = Tagger(
        ModelConfig(head="crf", embedding_size=4, lstm_units=6, lstm_layers=1, **settings), VOCABULARY, LABELS
    )
    random = np.random.default_rng(1)
    tagger.head.transitions.assign(random.normal(size=(SIZE, SIZE)))
    tagger.head.start.assign(random.normal(size=SIZE))
    return tagger


def test_the_loss_of_a_partly_annotated_sentence_is_that_of_all_its_completions():
    """exp(-loss) is a probability: that of `B-LOC ?` is the sum over the labels of the second word."""
    tagger = crf_tagger(char_loss_weight=0.0)
    char_ids = np.array([[5, 6, 2, 7, 8, 9]], np.int32)
    words = Words(np.array([[0, 3]], np.int32), np.array([[2, 6]], np.int32))

    def probability(first, second, partly=False):
        labels = np.array([[first, first, second, second, second, second]], np.int32)
        return np.exp(-float(tagger.training_loss(char_ids, labels, words, CharacterLoss(partly_annotated=partly))))

    completions = sum(probability(1, label) for label in range(SIZE) if LABELS.transition_mask[1, label])
    np.testing.assert_allclose(probability(1, -2, partly=True), completions, rtol=1e-4)
    np.testing.assert_allclose(probability(-2, -2, partly=True), 1.0, rtol=1e-5)
    np.testing.assert_allclose(probability(1, 2, partly=True), probability(1, 2), rtol=1e-4)


def test_characters_that_nobody_annotated_add_nothing_to_the_loss():
    tagger = crf_tagger()
    char_ids = np.array([[5, 6, 2, 7, 8]], np.int32)
    words = Words(np.array([[0, 3]], np.int32), np.array([[2, 5]], np.int32))
    nothing = tagger.training_loss(char_ids, np.full((1, 5), -2, np.int32), words, CharacterLoss(partly_annotated=True))
    np.testing.assert_allclose(nothing, 0.0, atol=1e-5)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_the_loss_agrees_with_the_lattice_that_decodes(precision):
    """Without the characters' share the loss is minus the log-probability of the gold sequence."""
    config = ModelConfig(head="crf", embedding_size=4, lstm_units=6, lstm_layers=1, char_loss_weight=0.0)
    tagger = Tagger(config, VOCABULARY, LABELS, precision=precision)
    random = np.random.default_rng(1)
    tagger.head.transitions.assign(random.normal(size=(SIZE, SIZE)))
    tagger.head.start.assign(random.normal(size=SIZE))
    tagger.head.length_scale.assign([0.3, 0.2])
    char_ids = np.array([[5, 6, 2, 7, 8, 9]], np.int32)
    labels = np.array([[1, 1, 0, 2, 2, 2]], np.int32)  # B-LOC I-LOC
    words = Words(np.array([[0, 3]], np.int32), np.array([[2, 6]], np.int32))
    loss = float(tagger.training_loss(char_ids, labels, words, CharacterLoss()))
    lattice = tagger.head.lattice()
    scores = lattice.word_scores(tagger.log_probs(char_ids, words).numpy()[0], words.starts[0], words.ends[0])
    found = sequence_scores(scores, lattice.start, lattice.transitions, 2)
    np.testing.assert_allclose(loss, np.logaddexp.reduce(np.array(list(found.values()))) - found[1, 2], rtol=1e-4)
    marginals = lattice.marginals(scores, np.array([2]))
    log_z = np.logaddexp.reduce(np.array(list(found.values())))
    for label in range(SIZE):
        wanted = sum(np.exp(score - log_z) for labels, score in found.items() if labels[1] == label)
        np.testing.assert_allclose(marginals[1, label], wanted, atol=1e-6)
    assert tuple(lattice.viterbi(scores, np.array([2]))) == max(found, key=found.get)


def test_a_lattice_of_constraints_prefers_no_allowed_sequence():
    lattice = Lattice.of_constraints(LABELS)
    assert set(np.unique(lattice.transitions)) == {0.0, FORBIDDEN}
    assert lattice.start.tolist() == [0.0, 0.0, FORBIDDEN, 0.0]
