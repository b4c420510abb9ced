import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.errors import InputError
from ner.model.ensemble import Ensemble
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.tagger import Tagger
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary

LABELS = Labels.from_tags(["B-PER", "I-PER"])
VOCABULARY = Vocabulary.from_text(["Ada met Bo"])
CHAR_IDS = tf.constant(VOCABULARY.encode("Ada met")[None].astype(np.int32))
WORDS = Words(tf.constant([[0, 4]]), tf.constant([[3, 7]]))


def member(seed, vocabulary=VOCABULARY):
    config = ModelConfig(head="crf", lstm_units=3, lstm_layers=1, embedding_size=2)
    tagger = Tagger(config, vocabulary, LABELS, seed=seed)
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
    gold = tf.constant([[1, 1, 1, 0, 0, 0, 0]])
    losses = [float(one.log_probs_and_loss(CHAR_IDS, gold, WORDS, CharacterLoss())[1]) for one in members]
    ensemble = Ensemble(members)
    log_probs, loss = ensemble.log_probs_and_loss(CHAR_IDS, gold, WORDS, CharacterLoss())
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
