import itertools

import numpy as np
import pytest
import tensorflow as tf

from ner.model.heads import partition
from ner.model.heads.partition import LOWEST_SCORE, log_partition
from ner.model.heads.recursions import PARALLEL_SCAN, SEQUENTIAL, Recursion, default_recursion
from tests.gpu_placement import as_on_a_gpu
from tests.model.small_chain import MASK, REAL, SIZE, START_MASK, random_case, sequence_scores

RECURSIONS = pytest.mark.parametrize("recursion", [SEQUENTIAL, PARALLEL_SCAN], ids=["sequential", "scan"])


@RECURSIONS
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_log_partition_is_that_of_all_sequences(recursion, scale):
    scores, start, transitions = random_case(scale=scale)
    found = log_partition(tf.constant(scores), tf.constant(REAL), start, transitions, recursion=recursion).numpy()
    for row, length in enumerate(REAL.sum(axis=1)):
        all_scores = np.array(list(sequence_scores(scores[row], start, transitions, length).values()))
        np.testing.assert_allclose(found[row], np.logaddexp.reduce(all_scores), rtol=1e-5, atol=1e-5)


@RECURSIONS
def test_gradients_of_log_partition_are_marginals(recursion):
    scores, start, transitions = random_case()
    weights = tf.constant([1.0, 2.0, 0.5, 3.0])
    inputs = [tf.constant(scores), tf.constant(start), tf.constant(transitions)]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        total = tf.reduce_sum(weights * log_partition(inputs[0], tf.constant(REAL), *inputs[1:], recursion=recursion))
    gradients = [gradient.numpy() for gradient in tape.gradient(total, inputs)]
    expected = [np.zeros_like(value) for value in (scores, start, transitions)]
    for row, length in enumerate(REAL.sum(axis=1)):
        found = sequence_scores(scores[row], start, transitions, length)
        log_z = np.logaddexp.reduce(np.array(list(found.values())))
        for labels, score in found.items():
            share = float(weights[row]) * np.exp(score - log_z)
            for word, label in enumerate(labels):
                expected[0][row, word, label] += share
            if labels:
                expected[1][labels[0]] += share
            for pair in itertools.pairwise(labels):
                expected[2][pair] += share
    for gradient, wanted in zip(gradients, expected, strict=True):
        np.testing.assert_allclose(gradient, wanted, atol=1e-5)


@RECURSIONS
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_log_partition_of_allowed_labels_is_that_of_the_sequences_that_agree(recursion, scale):
    """As in Tsuboi et al. 2008: words without a label may have any."""
    scores, start, transitions = random_case(scale=scale)
    labels = np.array([[1, -2, 0], [-2, 3, 0], [-2, 0, 0], [0, 0, 0]])
    allowed = (labels[..., None] == np.arange(SIZE)) | (labels[..., None] == -2)
    inputs = [tf.constant(scores), tf.constant(start), tf.constant(transitions)]
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        found = log_partition(
            inputs[0], tf.constant(REAL), *inputs[1:], allowed=tf.constant(allowed, tf.float32), recursion=recursion
        )
        total = tf.reduce_sum(found)
    marginals, *_ = (gradient.numpy() for gradient in tape.gradient(total, inputs))
    expected = np.zeros_like(scores)
    for row, length in enumerate(REAL.sum(axis=1)):
        agreeing = {
            one: score
            for one, score in sequence_scores(scores[row], start, transitions, length).items()
            if all(allowed[row, word, label] for word, label in enumerate(one))
        }
        log_z = np.logaddexp.reduce(np.array(list(agreeing.values())))
        np.testing.assert_allclose(found[row], log_z, rtol=1e-5, atol=1e-5)
        for one, score in agreeing.items():
            for word, label in enumerate(one):
                expected[row, word, label] += np.exp(score - log_z)
    np.testing.assert_allclose(marginals, expected, atol=1e-5)


@RECURSIONS
def test_a_sure_word_whose_label_may_not_follow_keeps_the_partition_finite(recursion):
    scores = np.full((1, 2, SIZE), -1000.0, np.float32)
    scores[0, 0, 0] = scores[0, 1, 2] = 0.0  # O, then I-LOC, which may not follow
    found = log_partition(tf.constant(scores), tf.constant([[True, True]]), START_MASK, MASK, recursion=recursion)
    assert np.isfinite(float(found[0]))


def test_a_gpu_multiplies_matrices_of_words_and_a_cpu_takes_one_after_the_other(monkeypatch):
    assert default_recursion() is SEQUENTIAL
    as_on_a_gpu(monkeypatch)
    assert default_recursion() is PARALLEL_SCAN


def test_the_partition_uses_the_default_recursion(monkeypatch):
    used = []
    spied = Recursion(lambda chain: used.append("forward") or SEQUENTIAL.forward(chain), SEQUENTIAL.backward)
    monkeypatch.setattr(partition, "default_recursion", lambda: spied)
    scores, start, transitions = random_case()
    log_partition(tf.constant(scores), tf.constant(REAL), start, transitions)
    assert used == ["forward"]


@pytest.mark.parametrize("num_words", [1, 2, 3, 33, 200])
@pytest.mark.parametrize("scale", [1.0, 30.0])
def test_both_recursions_agree_on_long_sentences(num_words, scale):
    random = np.random.default_rng(num_words)
    scores = random.normal(scale=scale, size=(3, num_words, SIZE)).astype(np.float32)
    lengths = np.array([num_words, (num_words + 1) // 2, 0])
    real = tf.constant(np.arange(num_words) < lengths[:, None])
    inputs = [tf.constant(one) for one in (scores, *random_case()[1:])]

    def found(recursion):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            log_z = log_partition(inputs[0], real, *inputs[1:], recursion=recursion)
            total = tf.reduce_sum(log_z)
        return [log_z, *tape.gradient(total, inputs)]

    for one, other in zip(found(SEQUENTIAL), found(PARALLEL_SCAN), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)


@RECURSIONS
@pytest.mark.parametrize("scale", [30.0, 100.0])
def test_confident_words_that_contradict_each_other_have_exact_marginals(recursion, scale):
    """Against sums in the log domain and float64, with scores of single words cut off as there."""
    random = np.random.default_rng(0)
    scores = random.normal(scale=scale, size=(64, 64, SIZE)).astype(np.float32)
    transitions = random.normal(scale=5, size=(SIZE, SIZE)).astype(np.float32) + MASK
    peaks = scores.max(axis=-1, keepdims=True)
    emissions = peaks + np.maximum(scores.astype(np.float64) - peaks, LOWEST_SCORE)
    before, after = [START_MASK + emissions[:, 0]], [np.zeros((64, SIZE))]
    for word in range(1, 64):
        before.append(np.logaddexp.reduce(before[-1][:, :, None] + transitions, axis=1) + emissions[:, word])
        following = emissions[:, -word] + after[0]
        after.insert(0, np.logaddexp.reduce(transitions + following[:, None], axis=2))
    wanted = np.logaddexp.reduce(before[-1], axis=1)
    marginals = np.exp(np.stack(before, axis=1) + np.stack(after, axis=1) - wanted[:, None, None])
    inputs = tf.constant(scores)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        found = log_partition(inputs, tf.fill([64, 64], True), START_MASK, transitions, recursion=recursion)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(found, inputs), marginals, atol=1e-5)


@RECURSIONS
def test_a_label_that_is_not_allowed_takes_no_part_however_unlikely_the_others_are(recursion):
    transitions = np.zeros((SIZE, SIZE), np.float32)
    transitions[0, 3] = -60.0
    allowed = tf.one_hot([[0, 3]], SIZE)
    found = log_partition(
        tf.zeros([1, 2, SIZE]), tf.constant([[True, True]]), np.zeros(SIZE, np.float32), transitions,
        allowed=allowed, recursion=recursion,
    )  # fmt: skip
    np.testing.assert_allclose(found, [-60.0], rtol=1e-5)
