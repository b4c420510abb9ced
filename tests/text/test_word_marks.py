import numpy as np
import pytest
from hypothesis import given

from ner.text.sentence import Sentence
from ner.text.sentence_batch import SentenceBatch
from ner.text.word_marks import words_of
from tests.text.test_sentence import any_sentence


def marks_of(sentence):
    return SentenceBatch.from_sentences([sentence]).word_marks()


def test_marks_of_the_worked_example():
    sentence = Sentence(("New", "York", "."), ("O", "O", "O"), (True, False, True))
    assert marks_of(sentence).tolist() == [1, 2, 2, 0, 1, 2, 2, 2, 1]


@given(any_sentence)
def test_words_of_inverts_word_marks(sentence):
    assert tuple(positions.tolist() for positions in words_of(marks_of(sentence))) == sentence.token_spans


def test_words_of_nothing_and_of_faults():
    assert [len(positions) for positions in words_of(np.zeros(0, np.uint8))] == [0, 0]
    with pytest.raises(ValueError, match="no first character"):
        words_of(np.array([0, 2], np.uint8))
    with pytest.raises(ValueError, match="marked 7"):
        words_of(np.array([1, 7], np.uint8))
