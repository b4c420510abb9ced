import numpy as np
import pytest
import tensorflow as tf

from ner.model.heads.cross_entropy import CharacterLoss, class_weights


def test_padding_has_no_loss():
    logits = np.zeros((2, 3, 2), np.float32)
    logits[1] = 100
    labels = np.array([[0, 1, -1], [1, -2, -1]])
    found = CharacterLoss().per_character(tf.constant(labels), tf.constant(logits))
    np.testing.assert_allclose(found, np.log(2) * (labels >= 0), rtol=1e-6)


def test_sum_is_the_negative_log_likelihood():
    logits = np.random.default_rng(0).normal(size=(2, 4, 5)).astype(np.float32)
    labels = np.random.default_rng(1).integers(0, 5, (2, 4))
    shares = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    expected = -np.log(np.take_along_axis(shares, labels[..., None], -1)).sum()
    np.testing.assert_allclose(CharacterLoss().total(tf.constant(labels), tf.constant(logits)), expected, rtol=1e-5)


def test_class_weights_multiply_the_loss_of_their_label():
    logits = np.random.default_rng(0).normal(size=(1, 3, 2)).astype(np.float32)
    labels = tf.constant([[1, 0, -1]])
    weighted = CharacterLoss(np.array([0.5, 3.0], np.float32)).total(labels, tf.constant(logits))
    by_hand = [-np.log(np.exp(row[label]) / np.exp(row).sum()) for row, label in zip(logits[0], (1, 0), strict=False)]
    np.testing.assert_allclose(weighted, 3 * by_hand[0] + 0.5 * by_hand[1], rtol=1e-5)


def test_focal_loss_counts_sure_characters_less():
    logits = tf.constant([[[0.0, 0.0], [0.0, 4.0]]])
    labels = tf.constant([[1, 1]])
    shares = np.array([0.5, 1 / (1 + np.exp(-4.0))])
    expected = ((1 - shares) ** 2 * -np.log(shares)).sum()
    np.testing.assert_allclose(CharacterLoss(focal_gamma=2.0).total(labels, logits), expected, rtol=1e-5)


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_focal_loss_has_a_gradient_where_a_label_is_certain(gamma):
    logits = tf.Variable([[[0.0, 200.0]]])
    with tf.GradientTape() as tape:
        total = CharacterLoss(focal_gamma=gamma).total(tf.constant([[1]]), logits)
    assert np.isfinite(tape.gradient(total, logits).numpy()).all()


def test_class_weights_are_one_on_average_and_larger_for_rare_labels():
    counts = np.array([1_000_000, 10_000, 100])
    assert class_weights("none", counts) is None
    for weighting in ("inverse_sqrt", "effective_number"):
        weights = class_weights(weighting, counts)
        np.testing.assert_allclose((weights * counts).sum() / counts.sum(), 1, rtol=1e-5)
        assert weights[0] < weights[1] < weights[2]
    np.testing.assert_allclose(class_weights("inverse_sqrt", counts)[2] / class_weights("inverse_sqrt", counts)[0], 100)
    ratio = class_weights("effective_number", counts)[2] / class_weights("effective_number", counts)[0]
    np.testing.assert_allclose(ratio, (1 - 0.9999**1_000_000) / (1 - 0.9999**100), rtol=1e-4)
