"""An LSTM layer that is Keras' own on a GPU and a faster computation of the same on a CPU.

Keras' CPU path lets automatic differentiation add up the gradient of the whole weight matrix at every time step. Here
the loop carries only what depends on the step before; the products with the input, and all weight gradients, are one
matrix product each over all steps. Equations: Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000.
"""

from collections.abc import Callable

import keras
import tensorflow as tf


class LSTM(keras.layers.LSTM):
    """`keras.layers.LSTM(units, return_sequences=True)`: the same variables, results and gradients.

    On a GPU, with a mask or with an initial state, it is the Keras layer (on a GPU its cuDNN kernel).
    """

    def __init__(self, units: int, **options: object) -> None:
        super().__init__(units, return_sequences=True, **options)

    def call(
        self,
        sequences: tf.Tensor,
        initial_state: list[tf.Tensor] | None = None,
        mask: tf.Tensor | None = None,
        training: bool = False,
    ) -> tf.Tensor:
        """Hidden states [B, T, units] of `sequences` [B, T, features], in the layer's compute dtype."""
        if initial_state is not None or mask is not None or tf.config.list_logical_devices("GPU"):
            return super().call(sequences, initial_state, mask, training)
        weights = self.cell.kernel, self.cell.recurrent_kernel, self.cell.bias
        kernel, recurrent_kernel, bias = map(tf.convert_to_tensor, weights)
        time_major = tf.transpose(sequences, [1, 0, 2])  # [B, T, F] -> [T, B, F]
        inputs = tf.tensordot(time_major, kernel, axes=1) + bias  # [T, B, 4 U]
        return tf.transpose(_recurrence(inputs, recurrent_kernel), [1, 0, 2])


@tf.custom_gradient
def _recurrence(inputs: tf.Tensor, kernel: tf.Tensor) -> tuple[tf.Tensor, Callable]:
    """Hidden states [T, B, U] from gate inputs [T, B, 4 U] (input, forget, candidate, output) and kernel [U, 4 U]."""
    steps, units = tf.shape(inputs)[0], kernel.shape[0]
    zeros = tf.zeros([tf.shape(inputs)[1], units], inputs.dtype)

    def array(size: int, values: tf.Tensor | None = None) -> tf.TensorArray:
        empty = tf.TensorArray(inputs.dtype, steps, element_shape=[None, size])
        return empty if values is None else empty.unstack(values)

    input_array = array(4 * units, inputs)

    def forward(t, h, c, hs, cs, gates):  # type: ignore[no-untyped-def]
        before = tf.split(input_array.read(t) + tf.matmul(h, kernel), [2 * units, units, units], axis=1)
        input_and_forget, candidate, output = tf.sigmoid(before[0]), tf.tanh(before[1]), tf.sigmoid(before[2])
        input_, forget = tf.split(input_and_forget, 2, axis=1)
        c = forget * c + input_ * candidate
        h = output * tf.tanh(c)
        gate = tf.concat([input_and_forget, candidate, output], axis=1)
        return t + 1, h, c, hs.write(t, h), cs.write(t, c), gates.write(t, gate)

    start = (0, zeros, zeros, array(units), array(units), array(4 * units))
    *_, hs, cs, gates = tf.while_loop(lambda t, *_: t < steps, forward, start, maximum_iterations=steps)
    hidden, cells, gate_values = hs.stack(), cs.stack(), gates.stack()

    def gradient(d_hidden: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        cells_before = tf.concat([zeros[None], cells[:-1]], axis=0)
        arrays = array(units, d_hidden), array(units, cells), array(units, cells_before), array(4 * units, gate_values)

        def backward(t, dh, dc, d_inputs):  # type: ignore[no-untyped-def]
            from_above, c, c_before, gate = (values.read(t) for values in arrays)
            input_, forget, candidate, output = tf.split(gate, 4, axis=1)
            dh += from_above
            squashed = tf.tanh(c)
            dc += dh * output * (1 - squashed * squashed)
            d_gates = tf.concat(
                [
                    dc * candidate * input_ * (1 - input_),
                    dc * c_before * forget * (1 - forget),
                    dc * input_ * (1 - candidate * candidate),
                    dh * squashed * output * (1 - output),
                ],
                axis=1,
            )
            return t - 1, tf.matmul(d_gates, kernel, transpose_b=True), dc * forget, d_inputs.write(t, d_gates)

        start = (steps - 1, zeros, zeros, array(4 * units))
        *_, d_array = tf.while_loop(lambda t, *_: t >= 0, backward, start, maximum_iterations=steps)
        d_inputs = d_array.stack()  # [T, B, 4 U]
        hidden_before = tf.concat([zeros[None], hidden[:-1]], axis=0)
        rows = tf.reshape(hidden_before, [-1, units]), tf.reshape(d_inputs, [-1, 4 * units])
        return d_inputs, tf.matmul(*rows, transpose_a=True)

    return hidden, gradient
