import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.dropout import NO_DROPOUT
from ner.model.network import Network
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary
from tests.whole_batch import dropout_of_whole_batch

SIZES = {"embedding_size": 4, "lstm_units": 6, "word_units": 5, "ngram_size": 4, "ngram_rows": 64, "word_layers": 2}
RATES = ("dropout", "char_dropout", "ngram_dropout", "word_dropout", "word_level_dropout")
CHAR_IDS = np.random.default_rng(0).integers(2, 10, (3, 9)).astype(np.int32)
WORDS = Words(np.array([[0, 3, 7]] * 3, np.int32), np.array([[2, 6, 9]] * 3, np.int32))


def encoder_of(**rates):
    config = ModelConfig(encoder="hierarchical", **SIZES, **dict.fromkeys(RATES, 0.0) | rates)
    return Network(config, Vocabulary(tuple("abcdefgh")), Labels(("O", "B-LOC", "I-LOC"))).encoder


def features_in_training(encoder):
    dropout = dropout_of_whole_batch(tf.constant([0, 1]), CHAR_IDS)
    return encoder.encode(tf.constant(CHAR_IDS), Words(*map(tf.constant, WORDS)), dropout).numpy()


@pytest.mark.parametrize("rate", RATES)
def test_each_rate_drops_something(rate):
    assert not np.allclose(features_in_training(encoder_of(**{rate: 0.5})), features_in_training(encoder_of()))


def test_words_are_hidden_and_ngrams_dropped_at_their_own_rates(monkeypatch):
    encoder = encoder_of(ngram_dropout=0.1, word_dropout=0.9)
    rates_used = {}
    look_up = encoder.ngrams.look_up

    def spy(*arguments, **rates):
        rates_used.update(rates)
        return look_up(*arguments, **rates)

    monkeypatch.setattr(encoder.ngrams, "look_up", spy)
    features_in_training(encoder)
    assert rates_used == {"ngram_dropout": 0.1, "word_dropout": 0.9}


def test_a_word_is_read_by_the_mean_of_its_ngrams_and_by_those_at_its_end(monkeypatch):
    encoder = encoder_of()
    char_ids, words = tf.constant(CHAR_IDS), Words(*map(tf.constant, WORDS))
    ngrams = encoder.ngrams.look_up(char_ids, words, NO_DROPOUT, ngram_dropout=0.0, word_dropout=0.0).numpy()
    inputs = []
    read_words = encoder._read_words
    monkeypatch.setattr(encoder, "_read_words", lambda x, *others: inputs.append(x.numpy()) or read_words(x, *others))
    encoder.encode(char_ids, words, NO_DROPOUT)
    for row, (starts, ends) in enumerate(zip(*WORDS, strict=True)):
        for word, (start, end) in enumerate(zip(starts, ends, strict=True)):
            read = inputs[0][row, word]
            np.testing.assert_allclose(read[-8:-4], ngrams[row, start:end].mean(axis=0), atol=1e-6)
            np.testing.assert_allclose(read[-4:], ngrams[row, end - 1], atol=1e-6)
