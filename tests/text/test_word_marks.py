import numpy as np
import pytest
from hypothesis import given

from ner.text.sentence_batch import SentenceBatch
from ner.text.tokenizer import TokenizedText
from ner.text.word_marks import marks_of, words_of
from tests.text.test_sentence import any_sentence


def test_marks_of_the_worked_example():
    text = TokenizedText.from_text("New York.")
    assert marks_of(text.starts, text.ends, len(text.text)).tolist() == [1, 2, 2, 0, 1, 2, 2, 2, 1]


@given(any_sentence)
def test_words_of_inverts_marks_of(sentence):
    starts, ends = sentence.token_spans
    marks = marks_of(starts, ends, len(sentence.text))
    found = words_of(marks)
    assert (found[0].tolist(), found[1].tolist()) == (starts, ends)
    batch = SentenceBatch.from_sentences([sentence])
    np.testing.assert_array_equal(batch.word_marks(), marks)


def test_words_of_nothing_and_of_faults():
    assert [len(positions) for positions in words_of(np.zeros(0, np.uint8))] == [0, 0]
    with pytest.raises(ValueError, match="no first character"):
        words_of(np.array([0, 2], np.uint8))
    with pytest.raises(ValueError, match="marked 7"):
        words_of(np.array([1, 7], np.uint8))
