import keras
import numpy as np
import pytest
import tensorflow as tf

from ner.model.encoders.lstm import LSTM

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


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16", "mixed_float16"])
@pytest.mark.parametrize("characters", [6, 40])
def test_reading_characters_is_reading_their_embeddings(characters, dtype):
    """6 characters are fewer than 1.5 x 8 and take the way of the table, 40 the way of the embeddings."""
    layer, embedding = LSTM(4, dtype=dtype), keras.layers.Embedding(characters, 8, dtype=dtype)
    char_ids = np.array([[1, 2, 5, 2], [5, 0, 0, 0], [3, 3, 4, 0]], np.int32)
    layer(embedding(char_ids))
    weights = [*embedding.trainable_variables, *layer.trainable_variables]

    def compute(read):
        with tf.GradientTape() as tape:
            hidden = read()
            loss = tf.reduce_sum(tf.cast(hidden, tf.float32) ** 2 * tf.range(1.0, 5.0))
        return [hidden, *map(tf.convert_to_tensor, tape.gradient(loss, weights))]

    found, expected = (
        compute(lambda: layer.of_characters(char_ids, embedding)),
        compute(lambda: layer(embedding(char_ids))),
    )
    atol = 1e-6 if dtype == "float32" else 0.02
    for mine, theirs in zip(found, expected, strict=True):
        assert mine.dtype == theirs.dtype
        np.testing.assert_allclose(tf.cast(mine, tf.float32), tf.cast(theirs, tf.float32), atol=atol)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (700, 3)])
def test_any_number_of_sentences_and_steps_has_the_gradients_of_keras(shape):
    """The gradient of the weights is taken over pieces of some 1,024 columns: the last one is smaller."""
    ours, keras_own = both_layers()
    inputs = tf.random.stateless_normal([*shape, 5], (0, 1))

    def compute(layer):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(layer(inputs) ** 2)
        return [loss, *tape.gradient(loss, layer.trainable_variables)]

    for mine, theirs in zip(compute(ours), compute(keras_own), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-4, atol=1e-5)


def test_a_traced_layer_has_a_gradient_outside_of_its_graph():
    ours, _ = both_layers()
    traced = tf.function(ours, jit_compile=False)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(traced(INPUTS) ** 2)
    with tf.GradientTape() as eager_tape:
        eager_loss = tf.reduce_sum(ours(INPUTS) ** 2)
    found = tape.gradient(loss, ours.trainable_variables)
    for mine, theirs in zip(found, eager_tape.gradient(eager_loss, ours.trainable_variables), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)
