import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.heads.crf import gold_score
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.network import Network
from ner.model.words import Words
from ner.text.lattice import FORBIDDEN, Lattice
from ner.text.vocabulary import Vocabulary
from ner.training_config import PRECISIONS
from tests.model.small_chain import LABELS, REAL, SIZE, random_case, sequence_scores

VOCABULARY = Vocabulary(tuple("abcdefghijklmnopqr"))  # 20 ids


def test_gold_score_is_that_of_one_sequence():
    scores, start, transitions = random_case()
    labels = np.array([[1, 2, 0], [0, 3, 0], [3, 0, 0], [0, 0, 0]], np.int32)
    found = gold_score(tf.constant(scores), tf.constant(labels), tf.constant(REAL), start, transitions)
    for row, length in enumerate(REAL.sum(axis=1)):
        wanted = sequence_scores(scores[row], start, transitions, length)[tuple(labels[row, :length])]
        assert abs(float(found[row]) - wanted) < 1e-5


def test_padding_words_and_characters_change_nothing_of_the_loss():
    tagger = Network(ModelConfig(head="crf", embedding_size=4, lstm_units=6, lstm_layers=1), VOCABULARY, LABELS)
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
    tagger = Network(
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
    tagger = Network(config, VOCABULARY, LABELS, precision=precision)
    random = np.random.default_rng(1)
    tagger.head.transitions.assign(random.normal(size=(SIZE, SIZE)))
    tagger.head.start.assign(random.normal(size=SIZE))
    tagger.head.length_scale.assign([0.3, 0.2])
    char_ids = np.array([[5, 6, 2, 7, 8, 9]], np.int32)
    labels = np.array([[1, 1, 0, 2, 2, 2]], np.int32)  # B-LOC I-LOC
    words = Words(np.array([[0, 3]], np.int32), np.array([[2, 6]], np.int32))
    loss = float(tagger.training_loss(char_ids, labels, words, CharacterLoss()))
    lattice = tagger.lattice()
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
