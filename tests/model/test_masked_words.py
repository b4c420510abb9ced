"""Pretraining on masked words: what is hidden, what is compared, and that contexts are learnt."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.errors import InputError
from ner.model.dropout import NO_DROPOUT
from ner.model.heads.cross_entropy import CharacterLoss
from ner.model.heads.masked_words import contrastive_loss
from ner.model.network import Network
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.vocabulary import UNKNOWN, Vocabulary
from tests.whole_batch import dropout_of_whole_batch

TEXT = ["Ada met Bo", "Bo ran"]
VOCABULARY = Vocabulary.from_text(TEXT)
CHAR_IDS = tf.constant([VOCABULARY.encode(TEXT[0]), [*VOCABULARY.encode(TEXT[1]), 0, 0, 0, 0]], tf.int32)
WORDS = Words(tf.constant([[0, 4, 8], [0, 3, 0]]), tf.constant([[3, 7, 10], [2, 6, 0]]))
NOBODY = tf.constant(np.where(CHAR_IDS > 0, -2, -1), tf.int32)  # annotated any of it


def make_model(**settings):
    config = {"encoder": "hierarchical", "head": "masked_words", "embedding_size": 4, "lstm_units": 5, "word_units": 6}
    none = dict.fromkeys(("dropout", "word_level_dropout", "ngram_dropout", "word_dropout", "char_dropout"), 0.0)
    return Network(
        ModelConfig(**{**config, **none, "lstm_layers": 1, "ngram_size": 4, "ngram_rows": 64, **settings}),
        VOCABULARY,
        Labels(("O",)),
    )


def dropout_of(number):
    return dropout_of_whole_batch(tf.constant([0, number]), CHAR_IDS)


def loss_of(model, number=0):
    return model.training_loss(CHAR_IDS, NOBODY, WORDS, CharacterLoss(), dropout_of(number))


def test_the_loss_is_that_of_choosing_the_target_among_other_words():
    random = np.random.default_rng(0)
    queries, targets, others = (random.normal(size=(size, 16)).astype(np.float32) for size in (2, 2, 4))
    same = np.array([[True, False, False, False], [False, False, True, True]])
    expected = 0.0
    for query, target, left_out in zip(queries, targets, same, strict=True):
        right = query @ target / 4
        wrong = others[~left_out] @ query / 4
        expected += np.log(np.exp(right) + np.exp(wrong).sum()) - right
    found = contrastive_loss(*map(tf.constant, (queries, targets, others, same)))
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_the_encoder_reads_nothing_of_a_masked_word(monkeypatch):
    model = make_model(masked_share=0.5)
    read = []
    encode = model.encoder.encode
    monkeypatch.setattr(model.encoder, "encode", lambda ids, *rest: read.append(ids.numpy()) or encode(ids, *rest))
    for number in range(20):
        loss_of(model, number)
    characters = CHAR_IDS.numpy()
    hidden = np.array([ids != characters for ids in read])  # [20, B, T]
    assert all((ids[is_hidden] == UNKNOWN).all() for ids, is_hidden in zip(read, hidden, strict=True))
    starts, ends = (values.numpy() for values in WORDS)
    words = [(row, start, end) for row in range(2) for start, end in zip(starts[row], ends[row], strict=True) if end]
    of_words = np.array([[one[row, start:end] for one in hidden] for row, start, end in words], object)
    for masks in of_words:
        assert all(mask.all() or not mask.any() for mask in masks)  # a word as a whole
        assert 3 <= sum(mask.all() for mask in masks) <= 17
    assert not hidden[:, 0, 3].any()  # a space
    assert not hidden[:, 1, 6:].any()  # padding


def test_a_word_is_compared_with_the_batchs_other_words_and_not_with_its_own_copies():
    """Bo stands twice: with every word masked, four of the five words have three rivals, as Bo's copy is none."""
    model = make_model(masked_share=0.999999)
    model.head.scores.kernel.assign(tf.zeros_like(model.head.scores.kernel))  # all scores are equal
    mean = (3 * np.log(5) + 2 * np.log(4)) / 5
    assert float(loss_of(model)) == pytest.approx(16 * mean, rel=1e-5)  # the batch has 16 characters


def test_a_batch_has_the_same_weight_whatever_is_masked_of_it():
    model = make_model(masked_share=0.3)
    model.head.scores.kernel.assign(tf.zeros_like(model.head.scores.kernel))
    means = [float(loss_of(model, number)) / 16 for number in range(10)]
    assert all(np.log(4) - 1e-4 <= mean <= np.log(5) + 1e-4 for mean in means if mean), means
    assert len({round(mean, 4) for mean in means if mean}) > 1


def test_contexts_are_learnt_and_no_label_is_read():
    model = make_model(masked_share=0.5)
    optimizer = keras.optimizers.Adam(0.02)
    optimizer.build(model.trainable_variables)

    @tf.function(autograph=False, jit_compile=False)
    def learn(seed):
        with tf.GradientTape() as tape:
            dropout = dropout_of_whole_batch(seed, CHAR_IDS)
            loss = model.training_loss(CHAR_IDS, NOBODY, WORDS, CharacterLoss(), dropout)
        gradients = tape.gradient(loss, model.trainable_variables, unconnected_gradients="zero")
        optimizer.apply(list(map(tf.convert_to_tensor, gradients)), model.trainable_variables)
        return loss

    losses = [float(learn(tf.constant([0, number % 6]))) for number in range(60)]
    assert sum(losses[-6:]) < 0.3 * sum(losses[:6])


def test_nothing_is_masked_outside_training():
    assert float(make_model().training_loss(CHAR_IDS, NOBODY, WORDS, CharacterLoss(), NO_DROPOUT)) == 0


def test_a_table_of_ngrams_is_needed():
    with pytest.raises(InputError, match="--head=masked_words --encoder=lstm: expected hierarchical"):
        ModelConfig(head="masked_words", encoder="lstm")


def test_there_is_nothing_to_decode():
    with pytest.raises(InputError, match="no labels to decode: train a tagger with ner"):
        make_model().lattice()
