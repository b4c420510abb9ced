from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from ner.config import PRECISIONS, Config, ModelConfig
from ner.config_flags import parse_flags
from ner.model.tagger import Tagger

SMALL = ModelConfig(embedding_size=4, lstm_units=6, lstm_layers=2, dropout=0.5, char_dropout=0.3)
CHAR_IDS = np.random.default_rng(0).integers(2, 20, (3, 9)).astype(np.int32)


def test_the_original_preset_has_the_parameters_of_the_2019_model():
    """22,272 of the embedding, 5,246,976 of the LSTM, 10,250 of the dense layer; 85 characters and nine labels."""
    preset = Path(__file__).parent.parent.parent / "launch/flags/original.flags"
    [config], _ = parse_flags([Config], [f"--flagfile={preset}"])
    tagger = Tagger(config.model, num_chars=87, num_labels=9)
    assert tagger.count_params() == 5_279_498
    assert tagger(CHAR_IDS).shape == (3, 9, 10)
    assert tagger.log_probs(CHAR_IDS).shape == (3, 9, 9)


@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_changes_nothing_of_the_real_characters(bidirectional):
    tagger = Tagger(ModelConfig(embedding_size=4, lstm_units=6, bidirectional=bidirectional), 20, 5)
    padded = np.concatenate([CHAR_IDS, np.zeros((3, 4), np.int32)], axis=1)
    np.testing.assert_allclose(tagger(padded)[:, :9], tagger(CHAR_IDS), atol=1e-6)
    mixed = CHAR_IDS.copy()
    mixed[1, 5:] = 0
    np.testing.assert_allclose(tagger(mixed)[1, :5], tagger(CHAR_IDS[1:2, :5])[0], atol=1e-6)


def test_only_a_bidirectional_tagger_reads_what_follows():
    changed = CHAR_IDS.copy()
    changed[:, -1] = 1
    for bidirectional in (False, True):
        tagger = Tagger(ModelConfig(embedding_size=4, lstm_units=6, bidirectional=bidirectional), 20, 5)
        same = np.allclose(tagger(changed)[:, :-1], tagger(CHAR_IDS)[:, :-1], atol=1e-7)
        assert same is not bidirectional


@pytest.mark.parametrize("precision", PRECISIONS)
def test_logits_and_variables_are_float32_under_every_precision(precision):
    tagger = Tagger(SMALL, 20, 5, precision=precision)
    assert tagger(CHAR_IDS).dtype == tf.float32
    assert all(variable.dtype == "float32" for variable in tagger.trainable_variables)
    np.testing.assert_allclose(tagger(CHAR_IDS), Tagger(SMALL, 20, 5)(CHAR_IDS), atol=0.01)


def test_weights_depend_on_the_seed_alone():
    tf.random.set_seed(5)
    first = Tagger(SMALL, 20, 5, seed=1).weights_by_name()
    tf.random.set_seed(6)
    again, other = Tagger(SMALL, 20, 5, seed=1).weights_by_name(), Tagger(SMALL, 20, 5, seed=2).weights_by_name()
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
    assert not np.array_equal(first["tagger/head/kernel"], other["tagger/head/kernel"])
    assert not np.array_equal(first["tagger/forward_0/lstm_cell/kernel"], first["tagger/backward_0/lstm_cell/kernel"])


def test_dropout_depends_on_its_seed_and_happens_in_training_only():
    tagger = Tagger(SMALL, 20, 5)
    one, two = tf.constant([0, 1]), tf.constant([0, 2])
    np.testing.assert_array_equal(tagger(CHAR_IDS, dropout_seed=one), tagger(CHAR_IDS, dropout_seed=one))
    assert not np.allclose(tagger(CHAR_IDS, dropout_seed=one), tagger(CHAR_IDS, dropout_seed=two))
    assert not np.allclose(tagger(CHAR_IDS, dropout_seed=one), tagger(CHAR_IDS))


def test_character_dropout_makes_unknown_characters_of_real_ones_only():
    tagger = Tagger(ModelConfig(embedding_size=4, lstm_units=6, dropout=0, char_dropout=0.4), 20, 5)
    char_ids = np.full((50, 40), 7, np.int32)
    char_ids[:, 30:] = 0
    seen = tagger._with_unknowns(tf.constant(char_ids), tf.constant([0, 1]), tf.constant([0, 40])).numpy()
    assert set(np.unique(seen[:, :30])) == {1, 7}
    assert (seen[:, 30:] == 0).all()
    assert 0.35 < (seen[:, :30] == 1).mean() < 0.45


def test_set_weights_by_name_names_what_does_not_fit():
    weights = Tagger(SMALL, 20, 5).weights_by_name()
    tagger = Tagger(SMALL, 20, 5, seed=9)
    tagger.set_weights_by_name(weights)
    np.testing.assert_array_equal(tagger.weights_by_name()["tagger/head/bias"], weights["tagger/head/bias"])
    del weights["tagger/head/bias"]
    with pytest.raises(ValueError, match="tagger/head/bias"):
        tagger.set_weights_by_name(weights)
