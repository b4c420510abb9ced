import numpy as np
import pytest
import tensorflow as tf

from ner.model.dropout import dropout, uniforms

SEED = tf.constant([3, 7])


def numbers(place, shape, features, dtype=tf.float32):
    return uniforms(SEED, tf.constant(place), tf.constant(shape), features, dtype).numpy()


@pytest.mark.parametrize("dtype", [tf.float32, tf.bfloat16, tf.float16])
@pytest.mark.parametrize("features", [1, 4, 7])
def test_a_row_has_the_same_numbers_wherever_it_is_computed(features, dtype):
    whole = numbers([0, 9], [6, 9], features, dtype)
    np.testing.assert_array_equal(numbers([2, 9], [3, 9], features, dtype), whole[2:5])
    np.testing.assert_array_equal(numbers([4, 9], [2, 5], features, dtype), whole[4:, :5])


def test_numbers_of_rows_places_and_features_differ():
    found = numbers([0, 50], [20, 50], 8)
    assert len(np.unique(found)) > 0.99 * found.size
    assert 0 <= found.min() < 0.01
    assert 0.99 < found.max() < 1
    assert not np.array_equal(found, uniforms(tf.constant([3, 8]), [0, 50], [20, 50], 8))


def test_dropout_drops_its_share_and_keeps_the_mean():
    x = tf.ones([50, 40, 6])
    kept = dropout(x, 0.25, SEED, tf.constant([0, 40])).numpy()
    assert set(np.unique(kept)) == {0, np.float32(1 / 0.75)}
    assert abs((kept == 0).mean() - 0.25) < 0.01


def test_dropout_of_a_part_is_the_part_of_the_dropout():
    x = tf.random.stateless_normal([6, 9, 5], SEED)
    whole = dropout(x, 0.5, SEED, tf.constant([0, 9]))
    np.testing.assert_array_equal(dropout(x[3:, :4], 0.5, SEED, tf.constant([3, 9])), whole[3:, :4])
