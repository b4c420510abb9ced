from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from ner.config import Config, ModelConfig
from ner.config_flags import parse_flags
from ner.errors import InputError
from ner.model.dropout import NO_DROPOUT, RowDropout
from ner.model.encoders import ENCODERS
from ner.model.encoders.base import Encoder
from ner.model.heads import HEADS
from ner.model.network import Network
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary
from ner.training_config import PRECISIONS
from tests.whole_batch import dropout_of_whole_batch

SMALL = ModelConfig(embedding_size=4, lstm_units=6, lstm_layers=2, dropout=0.5, char_dropout=0.3)
LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
VOCABULARY = Vocabulary(tuple("abcdefghijklmnopqr"))  # 20 ids
CHAR_IDS = np.random.default_rng(0).integers(2, 20, (3, 9)).astype(np.int32)

WORDS = Words(
    np.array([[0, 3, 7], [0, 5, 6], [0, 2, 8]], np.int32), np.array([[2, 6, 9], [5, 6, 9], [2, 7, 9]], np.int32)
)
TENSORS = Words(*map(tf.constant, WORDS))


def test_the_original_preset_has_the_parameters_of_the_2019_model():
    """22,272 of the embedding, 5,246,976 of the LSTM, 10,250 of the dense layer; 85 characters and nine labels."""
    preset = Path(__file__).parent.parent.parent / "launch/flags/original.flags"
    [config], _ = parse_flags([Config], [f"--flagfile={preset}"])
    labels = Labels(("O", *(f"{prefix}-{kind}" for kind in ("LOC", "MISC", "ORG", "PER") for prefix in "BI")))
    tagger = Network(config.model, Vocabulary(tuple(map(chr, range(40, 125)))), labels)
    assert tagger.count_params() == 5_279_498
    assert tagger(CHAR_IDS, WORDS).shape == (3, 9, 10)
    assert tagger.log_probs(CHAR_IDS, WORDS).shape == (3, 9, 9)


def config_of(encoder, head="softmax", **settings):
    """A tagger's configuration, small in everything."""
    sizes = {"embedding_size": 4, "lstm_units": 6, "word_units": 5, "ngram_size": 4, "ngram_rows": 64}
    return ModelConfig(encoder=encoder, head=head, **sizes | settings)


def reads_one_way(encoder):
    """Whether an encoder has --nobidirectional."""
    try:
        return bool(config_of(encoder, bidirectional=False))
    except InputError:
        return False


DIRECTIONS = [(encoder, both) for encoder in ENCODERS for both in (False, True) if both or reads_one_way(encoder)]


@pytest.mark.parametrize(("encoder", "bidirectional"), DIRECTIONS)
def test_padding_changes_nothing_of_the_real_characters(encoder, bidirectional):
    tagger = Network(config_of(encoder, bidirectional=bidirectional), VOCABULARY, LABELS)
    padded = np.concatenate([CHAR_IDS, np.zeros((3, 4), np.int32)], axis=1)
    padded_words = Words(*(np.pad(values, ((0, 0), (0, 2))) for values in WORDS))
    np.testing.assert_allclose(tagger(padded, padded_words)[:, :9], tagger(CHAR_IDS, WORDS), atol=1e-6)
    mixed, words = CHAR_IDS.copy(), Words(*(values.copy() for values in WORDS))
    mixed[1, 5:], words.starts[1, 1:], words.ends[1, 1:] = 0, 0, 0
    alone = tagger(mixed[1:2, :5], Words(words.starts[1:2, :1], words.ends[1:2, :1]))
    np.testing.assert_allclose(tagger(mixed, words)[1, :5], alone[0], atol=1e-6)


@pytest.mark.parametrize(("encoder", "bidirectional"), DIRECTIONS)
def test_a_tagger_reads_what_follows_unless_it_is_not_bidirectional(encoder, bidirectional):
    changed = CHAR_IDS.copy()
    changed[:, -1] = 1
    tagger = Network(config_of(encoder, bidirectional=bidirectional), VOCABULARY, LABELS)
    same = np.allclose(tagger(changed, WORDS)[:, :-1], tagger(CHAR_IDS, WORDS)[:, :-1], atol=1e-7)
    assert same is not bidirectional, "without bidirectional, no feature may depend on later characters: see Encoder"


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_every_encoder_with_every_head_learns(encoder, head):
    """Each weight has a gradient, and following it lowers the loss."""
    tagger = Network(config_of(encoder, head), VOCABULARY, LABELS)
    labels = np.array([[1, 1, 2, 2, 2, 2, 0, 0, 0], [0] * 9, [3, 3, 0, 0, 0, 0, 0, 0, 0]], np.int32)
    losses = []
    for _ in range(5):
        with tf.GradientTape() as tape:
            loss = tagger.training_loss(tf.constant(CHAR_IDS), tf.constant(labels), TENSORS)
        gradients = tape.gradient(loss, tagger.trainable_variables)
        losses.append(float(loss))
        for variable, gradient in zip(tagger.trainable_variables, gradients, strict=True):
            assert gradient is not None, variable.path
            variable.assign_sub(0.02 * tf.convert_to_tensor(gradient))
    assert losses[-1] < losses[0]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_traced_graph_computes_what_the_tagger_does(encoder, head):
    tagger = Network(config_of(encoder, head), VOCABULARY, LABELS)
    np.testing.assert_allclose(tagger.traced_log_probs()(CHAR_IDS, WORDS), tagger.log_probs(CHAR_IDS, WORDS), atol=1e-5)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("encoder", ENCODERS)
def test_a_batch_may_be_computed_in_parts(encoder, head):
    """Rows that another device computes lose the same values: the sum of the parts' losses is the batch's."""
    tagger = Network(config_of(encoder, head, dropout=0.5, char_dropout=0.3), VOCABULARY, LABELS)
    labels = np.zeros((3, 9), np.int32)

    def loss_of(first, end):
        dropout = RowDropout(tf.constant([0, 1]), tf.constant(first), tf.constant(9))
        words = Words(WORDS.starts[first:end], WORDS.ends[first:end])
        return float(tagger.training_loss(CHAR_IDS[first:end], labels[first:end], words, dropout=dropout))

    np.testing.assert_allclose(loss_of(0, 1) + loss_of(1, 3), loss_of(0, 3), rtol=1e-5)


@pytest.mark.parametrize("precision", PRECISIONS)
def test_logits_and_variables_are_float32_under_every_precision(precision):
    tagger = Network(SMALL, VOCABULARY, LABELS, precision=precision)
    assert tagger(CHAR_IDS, WORDS).dtype == tf.float32
    assert all(variable.dtype == "float32" for variable in tagger.trainable_variables)
    np.testing.assert_allclose(tagger(CHAR_IDS, WORDS), Network(SMALL, VOCABULARY, LABELS)(CHAR_IDS, WORDS), atol=0.01)


def test_weights_depend_on_the_seed_alone():
    tf.random.set_seed(5)
    first = Network(SMALL, VOCABULARY, LABELS, seed=1).weights_by_name()
    tf.random.set_seed(6)
    again, other = (
        Network(SMALL, VOCABULARY, LABELS, seed=1).weights_by_name(),
        Network(SMALL, VOCABULARY, LABELS, seed=2).weights_by_name(),
    )
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
    assert not np.array_equal(first["tagger/head/kernel"], other["tagger/head/kernel"])
    assert not np.array_equal(first["tagger/forward_0/lstm_cell/kernel"], first["tagger/backward_0/lstm_cell/kernel"])


def test_dropout_depends_on_its_seed_and_happens_in_training_only():
    tagger = Network(SMALL, VOCABULARY, LABELS)
    one, two = (dropout_of_whole_batch(tf.constant([0, seed]), CHAR_IDS) for seed in (1, 2))
    np.testing.assert_array_equal(tagger(CHAR_IDS, WORDS, dropout=one), tagger(CHAR_IDS, WORDS, dropout=one))
    assert not np.allclose(tagger(CHAR_IDS, WORDS, dropout=one), tagger(CHAR_IDS, WORDS, dropout=two))
    assert not np.allclose(tagger(CHAR_IDS, WORDS, dropout=one), tagger(CHAR_IDS, WORDS))


@pytest.mark.parametrize("encoder", ["lstm", "gru"])
def test_each_direction_has_read_up_to_its_character_and_no_further(encoder):
    tagger = Network(config_of(encoder, lstm_layers=1), VOCABULARY, LABELS)
    features = []
    for first in (3, 4):
        char_ids = CHAR_IDS.copy()
        char_ids[:, 0] = first
        features.append(tagger.encoder.encode(tf.constant(char_ids), TENSORS, NO_DROPOUT).numpy())
    same = np.isclose(*features, atol=1e-7).all(axis=(0, 2))
    assert not same.any()  # [T]: forwards, all characters stand after the first
    backward = np.isclose(features[0][..., 6:], features[1][..., 6:], atol=1e-7).all(axis=(0, 2))
    assert backward.tolist() == [False] + [True] * 8


@pytest.mark.parametrize("encoder", ENCODERS)
def test_the_head_reads_features_of_which_a_share_is_dropped(encoder):
    tagger = Network(config_of(encoder, dropout=0.4, char_dropout=0, lstm_units=40), VOCABULARY, LABELS)
    dropout = dropout_of_whole_batch(tf.constant([0, 1]), CHAR_IDS)
    one_word = Words(tf.zeros([3, 1], tf.int32), tf.fill([3, 1], 9))  # so that every character has features of a word
    given, kept = (tagger.encoder.encode(tf.constant(CHAR_IDS), one_word, one) for one in (NO_DROPOUT, dropout))
    assert 0.5 < np.count_nonzero(kept) / np.count_nonzero(given) < 0.7  # some may be 0 by themselves


def test_a_word_is_known_by_all_its_characters():
    """Even without n-grams: the LSTM over characters has read the whole word at either end."""
    tagger = Network(config_of("hierarchical", lstm_layers=1), VOCABULARY, LABELS)
    tagger.encoder.ngrams.table.embeddings.assign(tf.zeros_like(tagger.encoder.ngrams.table.embeddings))
    char_ids, one_word = CHAR_IDS[:1].copy(), Words(tf.constant([[0]]), tf.constant([[9]]))
    features = []
    for middle in (3, 4):
        char_ids[0, 4] = middle
        features.append(tagger.encoder.encode(tf.constant(char_ids), one_word, NO_DROPOUT)[0, 0, -10:])
    assert not np.allclose(*features, atol=1e-7)


def test_character_dropout_makes_unknown_characters_of_real_ones_only():
    tagger = Network(ModelConfig(embedding_size=4, lstm_units=6, dropout=0, char_dropout=0.4), VOCABULARY, LABELS)
    char_ids = np.full((50, 40), 7, np.int32)
    char_ids[:, 30:] = 0
    dropout = dropout_of_whole_batch(tf.constant([0, 1]), char_ids)
    seen = tagger.encoder.drop_characters(tf.constant(char_ids), dropout).numpy()
    assert set(np.unique(seen[:, :30])) == {1, 7}
    assert (seen[:, 30:] == 0).all()
    assert 0.35 < (seen[:, :30] == 1).mean() < 0.45


def test_set_weights_by_name_names_what_does_not_fit():
    weights = Network(SMALL, VOCABULARY, LABELS).weights_by_name()
    tagger = Network(SMALL, VOCABULARY, LABELS, seed=9)
    tagger.set_weights_by_name(weights)
    np.testing.assert_array_equal(tagger.weights_by_name()["tagger/head/bias"], weights["tagger/head/bias"])
    del weights["tagger/head/bias"]
    with pytest.raises(ValueError, match="tagger/head/bias"):
        tagger.set_weights_by_name(weights)
    weights["tagger/head/bias"] = np.zeros(2, np.float32)
    with pytest.raises(ValueError, match=r"tagger/head/bias is \(2,\) in the checkpoint, \(5,\) here"):
        tagger.set_weights_by_name(weights)


def test_weights_that_are_not_trained_are_refused(monkeypatch):
    class NormalizingEncoder(Encoder):
        def __init__(self, *arguments):
            super().__init__(*arguments)
            self.norm = keras.layers.BatchNormalization(name="norm")

        def encode(self, char_ids, words, dropout):
            return self.norm(self.embed(char_ids))

    monkeypatch.setitem(ENCODERS, "lstm", NormalizingEncoder)
    with pytest.raises(InputError, match="norm/moving_mean is not trained, and checkpoints hold trained weights alone"):
        Network(SMALL, VOCABULARY, LABELS)


def test_an_encoder_needs_encode_alone_and_says_what_it_cannot_do():
    class PlainEncoder(Encoder):
        def encode(self, char_ids, words, dropout):
            return self.embed(char_ids)

    encoder = PlainEncoder(SMALL, VOCABULARY, iter(range(9)), "float32")
    assert encoder.describe() == "PlainEncoder"
    assert encoder.encode(tf.constant(CHAR_IDS), TENSORS, NO_DROPOUT).shape == (3, 9, 4)
    with pytest.raises(InputError, match="PlainEncoder has no encode_embeddings, which explanations need; leave"):
        encoder.encode_embeddings([], tf.constant(CHAR_IDS), TENSORS)
    with pytest.raises(InputError, match="PlainEncoder has no word_ngrams, which --head=masked_words needs"):
        encoder.word_ngrams(tf.constant(CHAR_IDS), TENSORS)
