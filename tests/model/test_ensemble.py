from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.errors import InputError
from ner.model.ensemble import Ensemble, make_tagger
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.network import Network
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary
from tests.whole_batch import dropout_of_whole_batch

LABELS = Labels.from_tags(["B-PER", "I-PER"])
VOCABULARY = Vocabulary.from_text(["Ada met Bo"])
CHAR_IDS = tf.constant(VOCABULARY.encode("Ada met")[None].astype(np.int32))
WORDS = Words(tf.constant([[0, 4]]), tf.constant([[3, 7]]))


CONFIG = ModelConfig(head="crf", lstm_units=3, lstm_layers=1, embedding_size=2, dropout=0.5)
GOLD = tf.constant([[1, 1, 1, 0, 0, 0, 0]])


def member(seed, vocabulary=VOCABULARY):
    tagger = Network(CONFIG, vocabulary, LABELS, seed=seed)
    tagger.head.start.assign([seed, 0.0, 0.0])
    tagger.head.transitions.assign(np.full((3, 3), seed, np.float32))
    tagger.head.length_scale.assign([seed, -seed])
    return tagger


def test_log_probabilities_are_the_normalized_mean_of_the_members():
    members = [member(seed) for seed in (1, 2, 4)]
    mean = np.mean([one.log_probs(CHAR_IDS, WORDS).numpy() for one in members], axis=0)
    expected = mean - np.log(np.exp(mean).sum(axis=-1, keepdims=True))
    ensemble = Ensemble(members)
    np.testing.assert_allclose(ensemble.log_probs(CHAR_IDS, WORDS), expected, atol=1e-6)
    np.testing.assert_allclose(ensemble.traced_log_probs()(CHAR_IDS, WORDS), expected, atol=1e-6)


def test_loss_and_scores_of_label_sequences_are_means():
    members = [member(seed) for seed in (1, 2, 6)]
    losses = [float(one.log_probs_and_loss(CHAR_IDS, GOLD, WORDS, CharacterLoss())[1]) for one in members]
    ensemble = Ensemble(members)
    log_probs, loss = ensemble.log_probs_and_loss(CHAR_IDS, GOLD, WORDS, CharacterLoss())
    assert float(loss) == pytest.approx(np.mean(losses))
    np.testing.assert_allclose(log_probs, ensemble.log_probs(CHAR_IDS, WORDS), atol=1e-6)
    lattice = ensemble.lattice()
    assert lattice.length_scale == pytest.approx((3.0, -3.0))
    assert lattice.start[0] == pytest.approx(3.0)
    assert lattice.transitions[1, 2] == pytest.approx(3.0)
    assert lattice.transitions[0, 2] < -1e8  # no I-PER after O


def test_an_ensemble_of_one_predicts_as_its_member():
    alone = member(3)
    ensemble = Ensemble([alone])
    np.testing.assert_allclose(ensemble.log_probs(CHAR_IDS, WORDS), alone.log_probs(CHAR_IDS, WORDS), atol=1e-6)
    np.testing.assert_array_equal(ensemble.lattice().transitions, alone.lattice().transitions)


def test_members_of_other_records_are_refused():
    with pytest.raises(InputError, match="model 3 of the ensemble has other characters or labels than the first"):
        Ensemble([member(1), member(2), member(1, Vocabulary.from_text(["xyz"]))])


def joint(members=3, seed=0, **settings):
    return make_tagger(replace(CONFIG, members=members, **settings), VOCABULARY, LABELS, seed=seed)


def test_one_member_is_a_network():
    assert isinstance(joint(1), Network)
    assert set(joint(1).weights_by_name()) == set(member(0).weights_by_name())


def test_members_that_are_trained_together_begin_with_other_weights_each_and_for_each_seed():
    hashes = {
        network.head.scores.kernel.numpy().tobytes() for seed in (0, 1) for network in joint(3, seed=seed).networks
    }
    assert len(hashes) == 6


def test_their_loss_is_the_mean_of_what_each_has_alone():
    tagger = joint()
    losses = [float(one.training_loss(CHAR_IDS, GOLD, WORDS)) for one in tagger.networks]
    assert float(tagger.training_loss(CHAR_IDS, GOLD, WORDS)) == pytest.approx(np.mean(losses))


def test_each_has_other_dropout_and_the_first_one_that_of_a_network_alone():
    tagger = joint(3)
    for other in tagger.networks[1:]:
        other.set_weights_by_name(
            dict(zip(other.weights_by_name(), tagger.networks[0].weights_by_name().values(), strict=True))
        )
    dropout = dropout_of_whole_batch(tf.constant([3, 4]), CHAR_IDS)
    losses = [
        float(tagger.networks[0].training_loss(CHAR_IDS, GOLD, WORDS, dropout=dropout.of_member(i))) for i in range(3)
    ]
    assert len(set(losses)) == 3
    assert losses[0] == float(tagger.networks[0].training_loss(CHAR_IDS, GOLD, WORDS, dropout=dropout))
    assert float(tagger.training_loss(CHAR_IDS, GOLD, WORDS, dropout=dropout)) == pytest.approx(np.mean(losses))


def test_weights_of_all_members_are_saved_and_set():
    source, target = joint(seed=0), joint(seed=1)
    before = target.log_probs(CHAR_IDS, WORDS).numpy()
    weights = source.weights_by_name()
    assert len(weights) == 3 * len(member(0).weights_by_name())
    target.set_weights_by_name(weights)
    assert np.abs(target.log_probs(CHAR_IDS, WORDS).numpy() - before).max() > 1e-3
    np.testing.assert_array_equal(target.log_probs(CHAR_IDS, WORDS), source.log_probs(CHAR_IDS, WORDS))


def test_priors_are_taken_from_every_member_and_come_back():
    tagger = joint(head="softmax")
    before = [network.head.scores.bias.numpy() for network in tagger.networks]
    with tagger.without_priors(np.array([0.5, 0.0, -1.0], np.float32)):
        for network, bias in zip(tagger.networks, before, strict=True):
            np.testing.assert_allclose(network.head.scores.bias, bias - [0.5, 0.0, -1.0])
    for network, bias in zip(tagger.networks, before, strict=True):
        np.testing.assert_array_equal(network.head.scores.bias, bias)


def test_decoding_has_the_biases_and_weight_of_the_ensemble_or_the_means_of_what_members_were_given():
    tagger = joint()
    tagger.type_biases, tagger.document_weight, tagger.temperature = (2.0,), 0.5, 1.0
    assert tagger.lattice().start[1] == pytest.approx(tagger.learned_lattice().start[1] + 2.0)
    assert tagger.lattice().start[0] == tagger.learned_lattice().start[0]
    assert tagger.lattice().document_weight == 0.5
    members = [member(seed) for seed in (1, 2)]
    members[0].type_biases, members[0].document_weight, members[0].temperature = (3.0,), 1.0, 2.0
    ensemble = Ensemble(members)
    assert ensemble.lattice().start[1] == pytest.approx(ensemble.learned_lattice().start[1] + 1.5)
    assert (ensemble.lattice().document_weight, ensemble.lattice().temperature) == (0.5, 1.0)


def test_an_ensemble_may_be_a_member():
    inner, alone = joint(2), member(4)
    mean = (inner.log_probs(CHAR_IDS, WORDS) + alone.log_probs(CHAR_IDS, WORDS)) / 2
    ensemble = Ensemble([inner, alone])
    np.testing.assert_allclose(ensemble.log_probs(CHAR_IDS, WORDS), tf.nn.log_softmax(mean), atol=1e-6)
    assert len(ensemble.networks) == 3


def test_it_predicts_the_same_from_what_its_members_look_up():
    ensemble = Ensemble([joint(2, encoder="hierarchical", ngram_rows=64, word_units=3), member(4)])
    vectors = [one.vectors for one in ensemble.embeddings(CHAR_IDS, WORDS)]
    np.testing.assert_allclose(
        ensemble.log_probs_of_embeddings(vectors, CHAR_IDS, WORDS), ensemble.log_probs(CHAR_IDS, WORDS), atol=1e-6
    )
