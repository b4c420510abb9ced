import numpy as np
import tensorflow as tf

from ner.model.words import Words

WORDS = Words(tf.constant([[0, 3, 4], [0, 0, 0]]), tf.constant([[2, 4, 6], [4, 0, 0]]))  # "ab c|de", "abcd"


def test_membership_marks_the_characters_of_each_word():
    expected = [[[1, 1, 0, 0, 0, 0], [0, 0, 0, 1, 0, 0], [0, 0, 0, 0, 1, 1]], [[1, 1, 1, 1, 0, 0], [0] * 6, [0] * 6]]
    np.testing.assert_array_equal(WORDS.membership(tf.constant(6)), expected)


def test_first_and_last_pick_the_ends_of_words_and_nothing_at_padding():
    chars = tf.reshape(tf.range(1.0, 13.0), [2, 6, 1])
    assert WORDS.first(chars)[..., 0].numpy().tolist() == [[1, 4, 5], [7, 0, 0]]
    assert WORDS.last(chars)[..., 0].numpy().tolist() == [[2, 4, 6], [10, 0, 0]]


def test_counts():
    assert WORDS.num_words().numpy().tolist() == [3, 1]
    assert WORDS.num_chars().numpy().tolist() == [[2, 1, 2], [4, 1, 1]]
