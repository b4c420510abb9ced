import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.data.word_vectors import WordVectors
from ner.errors import InputError
from ner.model.dropout import NO_DROPOUT
from ner.model.encoders.word_vector_table import WordVectorTable
from ner.model.ensemble import make_tagger
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary
from ner.text.word_hashes import hash_words

WORD_VECTORS = WordVectors.scaled(["Ada", "tarn", "the"], np.array([[1, 2, 3], [-1, 0, 1], [4, 0, -1]]))
VOCABULARY, LABELS = Vocabulary.from_text("Adatrnhe "), Labels(("O", "B-LOC"))
TEXT = "Ada the nra"
SIZES = {"embedding_size": 4, "lstm_units": 5, "lstm_layers": 1, "word_units": 3, "ngram_size": 4, "ngram_rows": 64}
CONFIG = ModelConfig(encoder="hierarchical", head="crf", word_vectors="some.vec", **SIZES)


def batch():
    words = Words(tf.constant([[0, 4, 8, 0]]), tf.constant([[3, 7, 11, 0]]))
    return tf.constant([[*VOCABULARY.encode(TEXT).tolist(), 0]], tf.int32), words


def test_known_words_have_their_vectors_and_others_zeros():
    hashes = tf.constant(hash_words(["tarn", "Ada", "THE", "unknown", "", "Tarn"]).reshape(3, 2))
    found = WordVectorTable(WORD_VECTORS).look_up(hashes, tf.float32).numpy()
    one, two, three = WORD_VECTORS.vectors.astype(np.float32)
    zeros = np.zeros(3)
    np.testing.assert_array_equal(found, [[two, one], [three, zeros], [zeros, two]])
    extremes = tf.constant([[np.iinfo(np.int64).min, np.iinfo(np.int64).max]])
    assert not WordVectorTable(WORD_VECTORS).look_up(extremes, tf.float32).numpy().any()


def test_the_encoder_reads_the_vector_of_each_word_beside_all_else(monkeypatch):
    encoder = make_tagger(CONFIG, VOCABULARY, LABELS, WORD_VECTORS).networks[0].encoder
    read, inputs = encoder._read_words, []
    monkeypatch.setattr(encoder, "_read_words", lambda x, *others: inputs.append(x.numpy()) or read(x, *others))
    encoder.encode(*batch(), NO_DROPOUT)
    [found] = inputs
    assert found.shape == (1, 4, 2 * 5 + 2 * 4 + 3)
    wanted = [*WORD_VECTORS.vectors[[0, 2]], np.zeros(3), np.zeros(3)]  # of Ada, the, another word, padding
    np.testing.assert_array_equal(found[0, :, -3:], wanted)
    assert encoder.describe().endswith(", word vectors 3 x 3")


def test_vectors_are_no_weights_and_members_share_them():
    tagger = make_tagger(ModelConfig(**{**vars(CONFIG), "members": 2}), VOCABULARY, LABELS, WORD_VECTORS)
    first, second = (network.encoder.word_vectors for network in tagger.networks)
    assert first is second
    assert not [name for name in tagger.weights_by_name() if "vectors" in name]
    with tf.GradientTape() as tape:
        loss = tagger.training_loss(batch()[0], tf.constant([[1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, -1]]), batch()[1])
    assert all(gradient is not None for gradient in tape.gradient(loss, tagger.trainable_variables))


def test_features_of_what_is_looked_up_are_those_of_the_text():
    tagger = make_tagger(CONFIG, VOCABULARY, LABELS, WORD_VECTORS)
    found = tagger.embeddings(*batch())
    *_, of_word, vectors = found
    assert vectors.vectors.numpy()[0].any(axis=1).tolist() == [i in (0, 4) for i in range(12)]
    assert (int(vectors.starts[0, 4]), int(vectors.ends[0, 4])) == (4, 7)
    np.testing.assert_array_equal(vectors.ends, of_word.ends)
    scores = tagger.log_probs_of_embeddings([one.vectors for one in found], *batch())
    np.testing.assert_allclose(scores, tagger.log_probs(*batch()), atol=1e-6)
    without = tagger.log_probs_of_embeddings(
        [*[one.vectors for one in found[:-1]], tf.zeros_like(vectors.vectors)], *batch()
    )
    assert np.abs(without - scores).max() > 1e-4


def test_a_masked_word_has_no_vector():
    config = ModelConfig(**{**vars(CONFIG), "head": "masked_words", "masked_share": 0.999})
    encoder = make_tagger(config, VOCABULARY, Labels(("O",)), WORD_VECTORS).networks[0].encoder
    char_ids, words = batch()
    hidden = tf.where(char_ids > 0, 1, 0)  # as the head hides all words
    assert not encoder._word_vectors(hidden, words)[0].numpy().any()


@pytest.mark.parametrize("encoder", ["lstm", "gru"])
def test_encoders_that_read_no_words_are_refused(encoder):
    with pytest.raises(InputError, match=f"--word_vectors --encoder={encoder}: expected hierarchical"):
        ModelConfig(encoder=encoder, word_vectors="some.vec")
