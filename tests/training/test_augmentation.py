import numpy as np
import pytest
import tensorflow as tf

from ner.errors import InputError
from ner.model.dropout import RowDropout
from ner.text.vocabulary import Vocabulary
from ner.training.augmentation import Augmentation
from ner.training_config import TrainingConfig
from tests.whole_batch import dropout_of_whole_batch

TEXT = "Ada met \u00c9va, 42!"
VOCABULARY = Vocabulary.from_text([TEXT, "ADMETVabcdxyz\u00e9019-"])
ROWS = 400


def augmented(number=0, first=0, rows=ROWS, **shares):
    """`TEXT` in many rows, changed, as texts."""
    char_ids = np.tile(VOCABULARY.encode(TEXT).astype(np.int32), (rows, 1))
    padded = tf.constant(np.pad(char_ids, [(0, 0), (0, 2)]))
    dropout = RowDropout(tf.constant([5, number]), tf.constant(first), tf.constant(len(TEXT) + 2))
    changed = Augmentation(TrainingConfig(**shares), VOCABULARY)(padded, dropout).numpy()
    assert changed.dtype == np.int32
    assert not changed[:, len(TEXT) :].any()
    return [VOCABULARY.decode(row) for row in changed]


def share(texts, text):
    return texts.count(text) / len(texts)


def test_text_stays_as_it_is_by_default():
    assert set(augmented()) == {TEXT}


def test_sentences_are_upper_and_lower_cased_as_far_as_the_characters_are_known():
    texts = augmented(uppercase=0.3, lowercase=0.2)
    assert set(texts) == {TEXT, "ADA MET \u00c9VA, 42!", "ada met \u00e9va, 42!"}
    assert share(texts, "ADA MET \u00c9VA, 42!") == pytest.approx(0.3, abs=0.07)
    assert share(texts, "ada met \u00e9va, 42!") == pytest.approx(0.2, abs=0.07)
    unknown = Augmentation(TrainingConfig(uppercase=1), Vocabulary(("a", "b", "B", "\u00df")))
    ids = tf.constant([[0, 1, 2, 3, 4, 5]])
    changed = unknown(ids, dropout_of_whole_batch(tf.constant([0, 0]), ids))
    assert changed.numpy().tolist() == [[0, 1, 2, 4, 4, 5]]  # no A is known, and upper-case sharp s is two letters


def test_changes_depend_on_the_batch_and_the_row_alone():
    shares = {"uppercase": 0.3, "lowercase": 0.1}
    whole = augmented(**shares)
    assert augmented(**shares) == whole
    assert augmented(first=100, rows=50, **shares) == whole[100:150]
    assert augmented(number=1, **shares) != whole


def test_shares_of_more_than_all_sentences_are_refused():
    with pytest.raises(InputError, match=r"--uppercase=0.7 and --lowercase=0.4 are shares of all sentences: together"):
        TrainingConfig(uppercase=0.7, lowercase=0.4)
