import numpy as np
import pytest
import tensorflow as tf

from ner.model.gathered_words import GatheredWords
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


def test_sums_and_spread_move_values_between_characters_and_words():
    chars = tf.reshape(tf.range(1.0, 13.0), [2, 6, 1])
    assert WORDS.sums(chars)[..., 0].numpy().tolist() == [[3, 4, 11], [34, 0, 0]]
    values = tf.constant([[[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]]])
    assert WORDS.spread(values, tf.constant(6))[..., 0].numpy().tolist() == [[1, 1, 0, 2, 3, 3], [4, 4, 4, 4, 0, 0]]
    assert WORDS.inside(tf.constant(6)).numpy().tolist() == [
        [True, True, False, True, True, True],
        [True] * 4 + [False] * 2,
    ]
    assert WORDS.spread_positions(WORDS.ends, tf.constant(6)).numpy().tolist() == [
        [2, 2, 0, 4, 6, 6],
        [4] * 4 + [0] * 2,
    ]


@pytest.mark.parametrize("words", [WORDS, Words(tf.zeros([2, 1], tf.int32), tf.zeros([2, 1], tf.int32))])
def test_gathered_words_give_the_same(words):
    gathered, steps = GatheredWords(*words), tf.constant(6)
    chars = tf.random.stateless_normal([2, 6, 3], [1, 2])
    values = tf.random.stateless_normal([2, words.starts.shape[1], 3], [3, 4])
    for name in ("sums", "first", "last"):
        np.testing.assert_allclose(getattr(gathered, name)(chars), getattr(words, name)(chars), rtol=1e-6)
    np.testing.assert_array_equal(gathered.spread(values, steps), words.spread(values, steps))
    np.testing.assert_array_equal(gathered.inside(steps), words.inside(steps))
    for positions in words:
        np.testing.assert_array_equal(
            gathered.spread_positions(positions, steps), words.spread_positions(positions, steps)
        )
