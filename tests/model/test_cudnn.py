"""cuDNN's own call: its weights in the layout that cuDNN reads, and, on a GPU, its answers."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.model.encoders import cudnn
from ner.model.network import Network
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary

UNITS, FEATURES = 3, 4


def layers_with_weights(seed=0):
    """A forward and a backward layer with random weights and biases."""
    rng = np.random.default_rng(seed)
    layers = [keras.layers.LSTM(UNITS, return_sequences=True) for _ in range(2)]
    for layer in layers:
        layer.build([None, None, FEATURES])
        layer.set_weights([rng.normal(size=weight.shape) for weight in layer.get_weights()])
    return layers


def weights_of(layer):
    return [tf.convert_to_tensor(weight) for weight in layer.get_weights()]


class CudnnLayout:
    """Reads a parameter vector as cuDNN's documentation lays it out."""

    def __init__(self, params, directions):
        self._params = params
        self._at = 0
        self.matrices = [
            [[self._take(UNITS, size) for _ in range(4)] for size in (FEATURES, UNITS)] for _ in range(directions)
        ]
        self.biases = [[[self._take(UNITS) for _ in range(4)] for _ in range(2)] for _ in range(directions)]
        assert self._at == len(params)

    def _take(self, *shape):
        size = int(np.prod(shape))
        self._at += size
        return self._params[self._at - size : self._at].reshape(shape)

    def read(self, direction, sequence):
        """Hidden states [T, U] of one sequence [T, F] by cuDNN's equations, in numpy."""
        (w, r), (b_w, b_r) = self.matrices[direction], self.biases[direction]
        h, c, states = np.zeros(UNITS), np.zeros(UNITS), []
        for x in sequence:
            i, f, g, o = (w[k] @ x + r[k] @ h + b_w[k] + b_r[k] for k in range(4))
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            states.append(h)
        return np.array(states)


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def test_packed_weights_are_what_cudnn_reads():
    forward, backward = layers_with_weights()
    layout = CudnnLayout(cudnn.pack_weights([weights_of(forward), weights_of(backward)]).numpy(), directions=2)
    x = np.random.default_rng(1).normal(size=[2, 5, FEATURES]).astype(np.float32)
    for row in range(2):
        np.testing.assert_allclose(layout.read(0, x[row]), forward(x)[row], atol=1e-5)
        np.testing.assert_allclose(layout.read(1, x[row][::-1]), backward(x[:, ::-1])[row], atol=1e-5)


def test_packed_weights_of_one_direction_hold_every_number_once_and_a_second_bias_of_zeros():
    forward, _ = layers_with_weights()
    packed = cudnn.pack_weights([weights_of(forward)]).numpy()
    numbers = np.concatenate([weight.ravel() for weight in forward.get_weights()] + [np.zeros(4 * UNITS)])
    np.testing.assert_array_equal(np.sort(packed), np.sort(numbers.astype(np.float32)))


def test_gradients_of_packed_weights_reach_every_weight():
    weights = [tf.Variable(weight) for weight in weights_of(layers_with_weights()[0])]
    with tf.GradientTape() as tape:
        packed = cudnn.pack_weights([weights])
        loss = tf.reduce_sum(packed**2)
    for gradient, weight in zip(tape.gradient(loss, weights), weights, strict=True):
        np.testing.assert_allclose(gradient, 2 * weight)


def test_a_graph_has_one_call_for_both_directions_and_its_gradient():
    layers = layers_with_weights()

    @tf.function
    def gradients(x, lengths):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(cudnn.hidden_states(x, lengths, layers))
        return tape.gradient(loss, [weight.value for layer in layers for weight in layer.trainable_variables])

    signature = tf.TensorSpec([None, None, FEATURES]), tf.TensorSpec([None], tf.int32)
    graph = gradients.get_concrete_function(*signature).graph
    calls = [op for op in graph.get_operations() if op.type.startswith("CudnnRNN")]
    assert [op.type for op in calls] == ["CudnnRNNV3", "CudnnRNNBackpropV3"]
    assert calls[0].get_attr("direction") == b"bidirectional"
    assert all(op.inputs[4].device.endswith("CPU:0") for op in calls)  # lengths, which the kernel reads on the host


def test_layers_that_nothing_has_called_yet_get_their_weights():
    layers = [keras.layers.LSTM(UNITS, return_sequences=True) for _ in range(2)]

    @tf.function
    def states(x, lengths):
        return cudnn.hidden_states(x, lengths, layers)

    states.get_concrete_function(tf.TensorSpec([None, None, FEATURES]), tf.TensorSpec([None], tf.int32))
    assert [weight.shape for weight in layers[1].trainable_variables] == [(FEATURES, 12), (UNITS, 12), (12,)]


@pytest.mark.parametrize("encoder", ["lstm", "hierarchical"])
def test_weights_have_the_same_names_whichever_way_cudnn_is_called(monkeypatch, encoder):
    config = ModelConfig(encoder=encoder, embedding_size=4, lstm_units=3, word_units=3, ngram_size=4, ngram_rows=64)
    by_layers = Network(config, Vocabulary(tuple("abcdefgh")), Labels(("O", "B-X", "I-X"))).weights_by_name()

    def fake(input, input_h, **others):
        steps, rows = tf.unstack(tf.shape(input)[:2])
        return SimpleNamespace(output=tf.zeros([steps, rows, input_h.shape[0] * input_h.shape[2]], input.dtype))

    monkeypatch.setattr(cudnn, "calls_directly", lambda: True)
    monkeypatch.setattr(tf.raw_ops, "CudnnRNNV3", fake)
    directly = Network(config, Vocabulary(tuple("abcdefgh")), Labels(("O", "B-X", "I-X"))).weights_by_name()
    assert {name: value.shape for name, value in directly.items()} == {n: v.shape for n, v in by_layers.items()}


def test_without_a_gpu_nothing_calls_cudnn():
    cudnn.use_direct_calls(True)
    try:
        assert cudnn.calls_directly() == bool(tf.config.list_logical_devices("GPU"))
    finally:
        cudnn.use_direct_calls(False)


@pytest.mark.gpu
def test_hidden_states_and_gradients_are_those_of_keras_layers_on_ragged_rows():
    layers, lengths = layers_with_weights(), [6, 1, 4]
    x = tf.constant(np.random.default_rng(2).normal(size=[3, 6, FEATURES]), tf.float32)
    weights = [weight.value for layer in layers for weight in layer.trainable_variables]
    tf.config.experimental.enable_tensor_float_32_execution(False)

    def loss_of(states):
        real = tf.sequence_mask(lengths)[..., None]
        return tf.reduce_sum(tf.where(real, states, 0.0) ** 2)

    with tf.GradientTape() as tape:
        ours = loss_of(cudnn.hidden_states(x, tf.constant(lengths), layers))
    with tf.GradientTape() as keras_tape:
        backward = tf.reverse_sequence(layers[1](tf.reverse_sequence(x, lengths, 1)), lengths, 1)
        keras_loss = loss_of(tf.concat([layers[0](x), backward], axis=-1))
    np.testing.assert_allclose(ours, keras_loss, rtol=1e-5)
    for ours_, theirs in zip(tape.gradient(ours, weights), keras_tape.gradient(keras_loss, weights), strict=True):
        np.testing.assert_allclose(ours_, theirs, atol=1e-4)
