import numpy as np
import tensorflow as tf

from ner.model.loss import cross_entropy


def test_padding_counts_in_neither_sum_nor_number():
    logits = np.zeros((2, 3, 2), np.float32)
    logits[1] = 100
    labels = np.array([[0, 1, -1], [1, -1, -1]])
    total, number = cross_entropy(tf.constant(labels), tf.constant(logits))
    assert number == 3
    np.testing.assert_allclose(total / number, np.log(2), rtol=1e-6)


def test_sum_is_the_negative_log_likelihood():
    logits = np.random.default_rng(0).normal(size=(2, 4, 5)).astype(np.float32)
    labels = np.random.default_rng(1).integers(0, 5, (2, 4))
    shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    expected = -np.log(np.take_along_axis(shares, labels[..., None], -1)).sum()
    np.testing.assert_allclose(cross_entropy(tf.constant(labels), tf.constant(logits))[0], expected, rtol=1e-5)
