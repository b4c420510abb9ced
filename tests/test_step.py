import keras
import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig, TrainingConfig
from ner.model.tagger import Tagger
from ner.training.step import TrainingStep, make_optimizer

CHAR_IDS = tf.constant([[2, 2, 2, 2, 3, 2], [2, 4, 0, 0, 0, 0]])
LABELS = tf.constant([[0, 0, 0, 1, 1, 2], [0, 2, -1, -1, -1, -1]])


def make_step(dropout=0.2, **training):
    config = TrainingConfig(**{"warmup_steps": 0, "schedule": "constant", "learning_rate": 0.1, **training})
    model = ModelConfig(embedding_size=3, lstm_units=4, dropout=dropout, char_dropout=0)
    tagger = Tagger(model, 5, 3, precision=config.precision)
    return TrainingStep(tagger, make_optimizer(config, 100), seed=0)


def test_totals_are_sums_over_the_updates_since_they_were_taken():
    step = make_step()
    for number in range(3):
        step(tf.constant(number), CHAR_IDS, LABELS)
    totals = step.take_totals()
    assert totals[1:] == (24, 36, 6, 3)
    assert totals.loss > 0
    assert step.take_totals() == (0, 0, 0, 0, 0)


def test_an_id_that_occurs_often_is_counted_once_by_adam():
    """Adam's first update is the learning rate for every weight with a gradient, however often its id occurs."""
    step = make_step(dropout=0, clip_norm=0)
    before = step.tagger.weights_by_name()["tagger/embedding/embeddings"]
    step(tf.constant(0), CHAR_IDS, LABELS)
    change = np.abs(step.tagger.weights_by_name()["tagger/embedding/embeddings"] - before)
    np.testing.assert_allclose(change[2:5], 0.1, rtol=0.02)
    np.testing.assert_array_equal(change[0:1], 0)


def test_the_gradient_is_clipped_by_its_whole_norm():
    step = make_step(clip_norm=1e-3)
    step.optimizer = keras.optimizers.SGD(1.0, global_clipnorm=1e-3)
    step.optimizer.build(step.tagger.trainable_variables)
    before = step.tagger.weights_by_name()
    step(tf.constant(0), CHAR_IDS, LABELS)
    after = step.tagger.weights_by_name()
    norm = np.sqrt(sum(((after[name] - before[name]) ** 2).sum() for name in before))
    np.testing.assert_allclose(norm, 1e-3, rtol=1e-2)


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_the_loss_falls_and_state_survives_restoring(precision):
    step, other = make_step(precision=precision, learning_rate=0.03), make_step(precision=precision, learning_rate=0.03)
    losses = []
    for number in range(30):
        if number == 20:
            other.restore(step.arrays())
        step(tf.constant(number), CHAR_IDS, LABELS)
        losses.append(step.take_totals().loss)
        if number >= 20:
            other(tf.constant(number), CHAR_IDS, LABELS)
    assert losses[-1] < 0.7 * losses[0]
    for name, value in step.arrays().items():
        np.testing.assert_array_equal(value, other.arrays()[name])


def test_a_float16_update_that_overflows_is_left_out():
    step = make_step(precision="mixed_float16")
    scale = next(variable for variable in step.optimizer.variables if "dynamic_scale" in variable.path)
    scale.assign(np.inf)
    before = step.tagger.weights_by_name()
    step(tf.constant(0), CHAR_IDS, LABELS)
    for name, value in step.tagger.weights_by_name().items():
        np.testing.assert_array_equal(value, before[name])


def test_restore_names_arrays_of_another_model():
    step = make_step()
    arrays = step.arrays()
    del arrays["weights/tagger/head/bias"]
    with pytest.raises(ValueError, match="weights/tagger/head/bias"):
        step.restore(arrays)
