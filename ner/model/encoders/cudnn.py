"""cuDNN's LSTM called directly: both directions of a layer, of sequences of different lengths, in one call.

Keras' layer calls cuDNN once a direction, and its caller has to reverse the sequences around the backward one. Weights
stay Keras' variables, so that checkpoints are the same on CPU and GPU; `pack_weights` lays them out for each call.
"""

from collections.abc import Sequence

import keras
import tensorflow as tf

_direct = False


def use_direct_calls(enabled: bool) -> None:
    """Chooses for all graphs traced afterwards on a GPU: one call for both directions, or a Keras layer for each."""
    global _direct  # noqa: PLW0603
    _direct = enabled


def calls_directly() -> bool:
    """Whether graphs call cuDNN here; never where TensorFlow sees no GPU."""
    return _direct and bool(tf.config.list_logical_devices("GPU"))


def hidden_states(x: tf.Tensor, lengths: tf.Tensor, layers: Sequence[keras.layers.LSTM]) -> tf.Tensor:
    """Hidden states [B, T, U] of a forward LSTM layer, or [B, T, 2 U] of a forward and a backward one; 0 at padding.

    `x` is [B, T, F] in the dtype that is computed in, `lengths` int32 [B] in host memory: elsewhere, each call waits
    for a copy. The backward layer reads each sequence from its own end. A length of 0 counts as 1.
    """
    for layer in layers:
        if not layer.built:  # nothing has called the layers themselves
            layer.build(x.shape)
    units, directions = layers[0].units, len(layers)
    weights = [[layer.cell.kernel, layer.cell.recurrent_kernel, layer.cell.bias] for layer in layers]
    params = pack_weights([[tf.cast(weight, x.dtype) for weight in one] for one in weights])
    state = tf.zeros([directions, tf.shape(x)[0], units], x.dtype)
    with tf.device("/CPU:0"):
        lengths = tf.maximum(lengths, 1)
    called = tf.raw_ops.CudnnRNNV3(
        input=tf.transpose(x, [1, 0, 2]),
        input_h=state,
        input_c=state,
        params=params,
        sequence_lengths=lengths,
        rnn_mode="lstm",
        direction="bidirectional" if directions == 2 else "unidirectional",
        is_training=True,  # the only value that has a gradient
        time_major=True,
    )
    return tf.ensure_shape(tf.transpose(called.output, [1, 0, 2]), [None, None, directions * units])


def pack_weights(directions: Sequence[Sequence[tf.Tensor]]) -> tf.Tensor:
    """The weights of a layer's directions in cuDNN's order, one vector.

    Each direction gives kernel [F, 4 U], recurrent kernel [U, 4 U] and bias [4 U], with gates in the order input,
    forget, candidate, output, which is Keras' and cuDNN's. cuDNN has all matrices first (of a direction: input, then
    recurrent; of each: gate by gate [U, F]) and then, in the same order, two biases for each gate, which it adds up:
    the input's are 0 here. Source: cuDNN's documentation of `cudnnGetRNNWeightParams`.
    """
    matrices, biases = [], []
    for kernel, recurrent_kernel, bias in directions:
        matrices += [tf.reshape(tf.transpose(matrix), [-1]) for matrix in (kernel, recurrent_kernel)]
        biases += [tf.zeros_like(bias), bias]
    return tf.concat([*matrices, *biases], axis=0)
