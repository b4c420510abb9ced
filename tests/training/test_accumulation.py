"""Updates from the gradients of several batches."""

import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.training.small_step import CHAR_IDS, LABELS, make_step, total_loss, update, whole


def test_batches_added_up_update_as_one_batch_of_all():
    """Two batches of unequal numbers of characters and one that holds both give the same update."""
    plain = make_step(dropout=0, clip_norm=0.1)
    update(plain)
    added = make_step(dropout=0, clip_norm=0.1, accumulate_steps=2)
    for row in (0, 1):
        added.add(row, whole(CHAR_IDS[row : row + 1], LABELS[row : row + 1]))
    added.update(0.1)
    for name, value in plain.tagger.weights_by_name().items():
        np.testing.assert_allclose(added.tagger.weights_by_name()[name], value, atol=1e-6)
    metrics = [dataclasses.asdict(step.state.metrics.read()) for step in (plain, added)]
    for name in ("characters", "padded_characters", "sentences", "updates"):
        assert metrics[0][name] == metrics[1][name] > 0


def test_an_update_begins_without_the_gradients_of_the_one_before():
    step, fresh = make_step(dropout=0, accumulate_steps=2), make_step(dropout=0, accumulate_steps=2)
    step.add(0, whole(CHAR_IDS, LABELS))
    step.update(0.1)
    fresh.state.set_arrays(step.state.arrays())
    for one in (step, fresh):
        one.add(1, whole(CHAR_IDS[:1], LABELS[:1]))
        one.update(0.1)
    for name, value in step.state.arrays().items():
        np.testing.assert_array_equal(fresh.state.arrays()[name], value)


@pytest.mark.parametrize("max_batch_characters", [12, 24])
def test_every_character_counts_the_same_in_batches_added_up(max_batch_characters):
    """The constant that the loss is divided by is that of all batches of an update, also where one was left out."""
    step = make_step(dropout=0, clip_norm=0, accumulate_steps=2, max_batch_characters=max_batch_characters)
    step.state.optimizer = keras.optimizers.SGD()
    step.state.optimizer.build(step.tagger.trainable_variables)
    before = step.tagger.weights_by_name()["tagger/head/bias"]
    with tf.GradientTape() as tape:
        total = total_loss(step.tagger, CHAR_IDS, LABELS)
    gradient = tape.gradient(total, step.tagger.head.scores.bias.value)
    step.add(0, whole(CHAR_IDS, LABELS))
    step.update(0.1)
    change = step.tagger.weights_by_name()["tagger/head/bias"] - before
    np.testing.assert_allclose(change, -0.1 * gradient / (2 * max_batch_characters), rtol=1e-4)
