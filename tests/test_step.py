import keras
import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig, TrainingConfig
from ner.model.loss import cross_entropy
from ner.model.tagger import Tagger
from ner.training.step import TrainingStep, make_optimizer

CHAR_IDS = tf.constant([[2, 2, 2, 2, 3, 2], [2, 4, 0, 0, 0, 0]])
LABELS = tf.constant([[0, 0, 0, 1, 1, 2], [0, 2, -1, -1, -1, -1]])


def make_step(dropout=0.2, **training):
    config = TrainingConfig(**training)
    model = ModelConfig(embedding_size=3, lstm_units=4, dropout=dropout, char_dropout=0)
    tagger = Tagger(model, 5, 3, precision=config.precision)
    return TrainingStep(tagger, make_optimizer(config), seed=0, batch_characters=config.batch_characters)


def update(step, number=0, char_ids=CHAR_IDS, labels=LABELS, learning_rate=0.1):
    step(tf.constant(number), tf.constant(learning_rate), char_ids, labels)


def test_totals_are_sums_over_the_updates_since_they_were_taken():
    step = make_step()
    for number in range(3):
        update(step, number)
    totals = step.take_totals()
    assert totals[1:] == (24, 36, 6, 3)
    assert totals.loss > 0
    assert step.take_totals() == (0, 0, 0, 0, 0)


def test_an_id_that_occurs_often_is_counted_once_by_adam():
    """Adam's first update is the learning rate for every weight with a gradient, however often its id occurs."""
    step = make_step(dropout=0, clip_norm=0)
    before = step.tagger.weights_by_name()["tagger/embedding/embeddings"]
    update(step)
    change = np.abs(step.tagger.weights_by_name()["tagger/embedding/embeddings"] - before)
    np.testing.assert_allclose(change[2:5], 0.1, rtol=0.02)
    np.testing.assert_array_equal(change[0:1], 0)


def test_the_gradient_is_clipped_by_its_whole_norm():
    step = make_step(clip_norm=1e-3)
    step.optimizer = keras.optimizers.SGD(global_clipnorm=1e-3)
    step.optimizer.build(step.tagger.trainable_variables)
    before = step.tagger.weights_by_name()
    update(step, learning_rate=1.0)
    after = step.tagger.weights_by_name()
    norm = np.sqrt(sum(((after[name] - before[name]) ** 2).sum() for name in before))
    np.testing.assert_allclose(norm, 1e-3, rtol=1e-2)


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_the_loss_falls_and_state_survives_restoring(precision):
    step, other = make_step(precision=precision), make_step(precision=precision)
    losses = []
    for number in range(30):
        if number == 20:
            other.restore(step.arrays())
        update(step, number, learning_rate=0.03)
        losses.append(step.take_totals().loss)
        if number >= 20:
            update(other, number, learning_rate=0.03)
    assert losses[-1] < 0.7 * losses[0]
    for name, value in step.arrays().items():
        np.testing.assert_array_equal(value, other.arrays()[name])


def test_a_float16_update_that_overflows_is_left_out():
    step = make_step(precision="mixed_float16")
    scale = next(variable for variable in step.optimizer.variables if "dynamic_scale" in variable.path)
    scale.assign(np.inf)
    before = step.tagger.weights_by_name()
    update(step)
    for name, value in step.tagger.weights_by_name().items():
        np.testing.assert_array_equal(value, before[name])


def test_restore_names_arrays_of_another_model():
    step = make_step()
    arrays = step.arrays()
    del arrays["weights/tagger/head/bias"]
    with pytest.raises(ValueError, match="weights/tagger/head/bias"):
        step.restore(arrays)


def test_an_update_takes_the_rate_that_it_is_told():
    step = make_step(dropout=0, clip_norm=0)
    for rate in (0.1, 0.025):
        before = step.tagger.weights_by_name()["tagger/head/bias"]
        update(step, learning_rate=rate)
        change = np.abs(step.tagger.weights_by_name()["tagger/head/bias"] - before)
        np.testing.assert_allclose(change.max(), rate, rtol=0.05)


@pytest.mark.parametrize(("batch_characters", "share"), [(0, 1.0), (12, 0.5)])
def test_every_character_counts_the_same_where_batches_are_of_so_many_characters(batch_characters, share):
    """The loss of 6 characters, in a batch that could hold 12, moves weights half as far as that of a full batch."""
    step = make_step(dropout=0, clip_norm=0, batch_characters=batch_characters)
    step.optimizer = keras.optimizers.SGD()
    step.optimizer.build(step.tagger.trainable_variables)
    before = step.tagger.weights_by_name()["tagger/head/bias"]
    with tf.GradientTape() as tape:
        total, characters = cross_entropy(LABELS[:1], step.tagger(CHAR_IDS[:1]))
        mean = total / characters
    gradient = tape.gradient(mean, step.tagger.head.bias.value)
    update(step, char_ids=CHAR_IDS[:1], labels=LABELS[:1])
    change = step.tagger.weights_by_name()["tagger/head/bias"] - before
    np.testing.assert_allclose(change, -0.1 * share * gradient, rtol=1e-4)
