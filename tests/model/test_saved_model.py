import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.saved_model import string_tagger
from ner.model.tagger import Tagger
from ner.model.words import Words
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary

LABELS = Labels(("O", "B-LOC", "I-LOC"))
VOCABULARY = Vocabulary.from_text(["Adawent hom"])
SIZES = {"embedding_size": 3, "lstm_units": 4, "lstm_layers": 1, "ngram_rows": 64, "ngram_size": 5, "word_units": 3}


@pytest.mark.parametrize("encoder", ["lstm", "hierarchical"])
def test_text_has_the_probabilities_of_its_characters_and_of_the_words_between_spaces(encoder):
    tagger = Tagger(ModelConfig(encoder=encoder, **SIZES), VOCABULARY, LABELS)
    text = "Ada  went ho\N{SNOWMAN}e"
    char_ids = tf.constant([VOCABULARY.encode(text).astype(np.int32)])
    assert 1 in char_ids.numpy()
    words = Words(tf.constant([[0, 5, 10]]), tf.constant([[3, 9, 14]]))
    expected = np.exp(tagger.log_probs(char_ids, words)[0])
    found = string_tagger(tagger, VOCABULARY, LABELS).tag(tf.constant([text, "A"]))
    np.testing.assert_allclose(found["probabilities"][0], expected, rtol=1e-4)
    assert found["lengths"].numpy().tolist() == [len(text), 1]
    names = np.array(LABELS.names)[expected.argmax(axis=-1)]
    assert [name.decode() for name in found["labels"].numpy()[0]] == names.tolist()
