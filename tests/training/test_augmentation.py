import numpy as np
import pytest
import tensorflow as tf

from ner.config import TrainingConfig
from ner.errors import InputError
from ner.model.dropout import RowDropout
from ner.model.words import Words
from ner.text.vocabulary import Vocabulary
from ner.training.augmentation import Augmentation

TEXT = "Ada met \u00c9va, 42!"
VOCABULARY = Vocabulary.from_text([TEXT, "ADMETVabcdxyz\u00e9019-"])
ROWS = 400
WORDS = Words(tf.tile([[0, 4, 8, 11, 13, 15]], [ROWS, 1]), tf.tile([[3, 7, 11, 12, 15, 16]], [ROWS, 1]))


def augmented(number=0, first=0, rows=ROWS, **shares):
    """`TEXT` in many rows, changed, as texts."""
    char_ids = np.tile(VOCABULARY.encode(TEXT).astype(np.int32), (rows, 1))
    padded = tf.constant(np.pad(char_ids, [(0, 0), (0, 2)]))
    dropout = RowDropout(tf.constant([5, number]), tf.constant(first), tf.constant(len(TEXT) + 2))
    words = Words(WORDS.starts[first : first + rows], WORDS.ends[first : first + rows])
    changed = Augmentation(TrainingConfig(**shares), VOCABULARY)(padded, words, dropout).numpy()
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
    changed = unknown(ids, Words(ids[:, :1], ids[:, :1]), RowDropout.of_whole_batch(tf.constant([0, 0]), ids))
    assert changed.numpy().tolist() == [[0, 1, 2, 4, 4, 5]]  # no A is known, and upper-case sharp s is two letters


def test_letters_are_replaced_by_others_of_their_kind_in_whole_words():
    texts = augmented(replace_letters=0.5)
    for text in texts:
        assert [kind(new) for new in text] == [kind(old) for old in TEXT]
    met = [text[4:7] for text in texts]
    assert share(met, "met") == pytest.approx(0.5, abs=0.08)
    assert len(set(met)) > 100
    both = sum(text[:3] != "Ada" and text[4:7] != "met" for text in texts) / ROWS
    assert both == pytest.approx(0.25, abs=0.08)  # words are chosen one by one
    assert {text[8] for text in texts} == {"\u00c9"}  # alone of its kind
    assert {text[11:13] + text[15] for text in texts} == {", !"}


def kind(character):
    return character.isascii(), character.isupper(), character.islower(), character.isdigit(), character.isspace()


def test_changes_depend_on_the_batch_and_the_row_alone():
    shares = {"uppercase": 0.3, "lowercase": 0.1, "replace_letters": 0.3}
    whole = augmented(**shares)
    assert augmented(**shares) == whole
    assert augmented(first=100, rows=50, **shares) == whole[100:150]
    assert augmented(number=1, **shares) != whole


def test_shares_of_more_than_all_sentences_are_refused():
    with pytest.raises(InputError, match=r"--uppercase=0.7 and --lowercase=0.4 are shares of all sentences: together"):
        TrainingConfig(uppercase=0.7, lowercase=0.4)
