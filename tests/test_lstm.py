import keras
import numpy as np
import pytest
import tensorflow as tf

from ner.model.lstm import LSTM

INPUTS = np.random.default_rng(0).normal(size=(3, 7, 5)).astype(np.float32)


def both_layers(units=4, dtype="float32"):
    ours, keras_own = LSTM(units, dtype=dtype), keras.layers.LSTM(units, return_sequences=True, dtype=dtype)
    ours(INPUTS), keras_own(INPUTS)
    for mine, theirs in zip(ours.weights, keras_own.weights, strict=True):
        theirs.assign(mine)
    return ours, keras_own


def values_and_gradients(layer):
    inputs = tf.constant(INPUTS)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        hidden = layer(inputs)
        loss = tf.reduce_sum(tf.cast(hidden, tf.float32) ** 2 * tf.range(1.0, 5.0))
    return [hidden, *tape.gradient(loss, [inputs, *layer.trainable_variables])]


@pytest.mark.parametrize("in_graph", [False, True])
def test_results_and_gradients_are_those_of_keras(in_graph):
    ours, keras_own = both_layers()
    compute = tf.function(values_and_gradients) if in_graph else values_and_gradients
    for mine, theirs in zip(compute(ours), compute(keras_own), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_results_are_those_of_keras_within_the_precision_of_the_format(dtype):
    ours, keras_own = both_layers(dtype=dtype)
    hidden, *gradients = values_and_gradients(ours)
    assert hidden.dtype == tf.as_dtype(dtype.removeprefix("mixed_"))
    assert all(gradient.dtype == tf.float32 for gradient in gradients[1:])
    for mine, theirs in zip([hidden, *gradients], values_and_gradients(keras_own), strict=True):
        np.testing.assert_allclose(tf.cast(mine, tf.float32), tf.cast(theirs, tf.float32), atol=0.15, rtol=0.05)


def test_a_mask_is_honoured():
    ours, keras_own = both_layers()
    mask = np.arange(7) < np.array([[7], [3], [5]])
    np.testing.assert_allclose(ours(INPUTS, mask=mask), keras_own(INPUTS, mask=mask), atol=1e-6)
