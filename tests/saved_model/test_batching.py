import numpy as np
import tensorflow as tf

from ner.saved_model import batching
from ner.saved_model.batching import map_batches, rows_of


def run(lengths, max_size=1000):
    """The batches of rows, and what a function gives that has each row's number as often as half its length."""
    batches = []

    @tf.function(autograph=False, input_signature=[tf.TensorSpec([None], tf.int32)])
    def traced(lengths):
        def numbers(rows):
            tf.numpy_function(lambda rows: batches.append(rows.tolist()) or rows, [rows], tf.int32)
            counts = tf.gather(lengths, rows) // 2
            found = tf.repeat(rows, counts)
            return counts, [found, tf.cast(found, tf.float64) / 2]

        return map_batches(
            lengths, max_size, numbers, [tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.float64)]
        )

    found, halves = traced(tf.constant(lengths, tf.int32))
    assert halves.numpy().tolist() == [number / 2 for number in found.numpy()]
    return batches, found.numpy().tolist()


def test_values_come_in_the_order_of_the_rows():
    batches, found = run([5, 0, 2, 3, 0, 9, 1])
    assert batches == [[6, 2, 3, 0, 5]]
    assert found == [0, 0, 2, 3, 5, 5, 5, 5]


def test_batches_are_bounded_by_rows_and_by_size(monkeypatch):
    monkeypatch.setattr(batching, "MAX_BATCH_ROWS", 3)
    batches, _ = run([11, 1, 1, 1, 1, 1, 11, 50], max_size=20)
    assert batches == [[1, 2, 3], [4, 5], [0], [6], [7]]


def test_no_rows_and_empty_rows_have_no_batches():
    assert run([]) == ([], [])
    assert run([0, 0]) == ([], [])


def test_rows_are_padded_with_zeros():
    flat = tf.constant([[1, 2], [3, 4], [5, 6]])
    found = rows_of(flat, tf.constant([1, 0]), tf.constant([2, 1]))
    np.testing.assert_array_equal(found, [[[3, 4], [5, 6]], [[1, 2], [0, 0]]])
