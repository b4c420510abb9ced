"""The time steps of an LSTM on a CPU, and their gradients, at the speed of the machine's matrix products.

Three things make it fast. Everything is kept features first, `[features, B]`: with few sentences and many units a
matrix product is much faster that way round, and the gates of a step are slices that need no copy.
Input, bias and state of a step go through one product, so that no tensor of all gates of all steps is ever made. And
the gradient of the weights is taken over many steps at once, not added up at each step.

Equations: Hochreiter and Schmidhuber 1997 with the forget gate of Gers et al. 2000. Rows and columns of gates: input,
forget, candidate, output.
"""

from collections.abc import Callable

import tensorflow as tf

# Columns of a weight gradient's product: enough for full speed, few enough that its operands stay in the cache.
_COLUMNS = 1024


def hidden_states(inputs: tf.Tensor, weights: tf.Tensor, *, differentiate_inputs: bool = True) -> tf.Tensor:
    """Hidden states [T, U, B] from `inputs` [T, F, B] and `weights` [F + 1 + U, 4 U] of input, bias and state.

    Without `differentiate_inputs` no gradient reaches `inputs`, which saves its products.
    """

    @tf.custom_gradient
    def differentiable(inputs: tf.Tensor, weights: tf.Tensor) -> tuple[tf.Tensor, Callable]:
        trace = _Forward(inputs, weights)

        def gradient(d_hidden: tf.Tensor) -> tuple[tf.Tensor | None, tf.Tensor]:
            d_inputs, d_gates = _backward(trace, weights, d_hidden, differentiate_inputs)
            return d_inputs, tf.transpose(_weight_gradient(trace, d_gates))

        return trace.hidden.stack()[1:], gradient

    return differentiable(inputs, weights)


class _Forward:
    """All steps forwards, and what the gradient needs of them.

    `inputs`, `hidden`, `cells` and `gates` are TensorArrays over time, of [F, B], [U, B], [U, B] and [4 U, B]; `hidden`
    and `cells` begin with the state before the first step.
    """

    def __init__(self, inputs: tf.Tensor, weights: tf.Tensor) -> None:
        self.features, self.units = inputs.shape[1], weights.shape[1] // 4
        self.steps = tf.shape(inputs)[0]
        self.zeros = tf.zeros([self.units, tf.shape(inputs)[2]], inputs.dtype)
        self.ones = tf.ones_like(self.zeros[:1])
        self.inputs = self.array(self.features, self.steps, inputs)
        across = tf.transpose(weights)  # [4 U, F + 1 + U]

        def step(t, h, c, hidden, cells, gates):  # type: ignore[no-untyped-def]
            before = tf.split(tf.matmul(across, tf.concat([self.inputs.read(t), self.ones, h], axis=0)), 4)
            input_, forget, output = (tf.sigmoid(before[i]) for i in (0, 1, 3))
            candidate = tf.tanh(before[2])
            c = forget * c + input_ * candidate
            h = output * tf.tanh(c)
            gate = tf.concat([input_, forget, candidate, output], axis=0)
            return t + 1, h, c, hidden.write(t + 1, h), cells.write(t + 1, c), gates.write(t, gate)

        states = [self.array(self.units, self.steps + 1).write(0, self.zeros) for _ in range(2)]
        start = (0, self.zeros, self.zeros, *states, self.array(4 * self.units, self.steps))
        *_, self.hidden, self.cells, self.gates = tf.while_loop(lambda t, *_: t < self.steps, step, start)

    def array(self, rows: int, steps: tf.Tensor, values: tf.Tensor | None = None) -> tf.TensorArray:
        """A TensorArray of `steps` times [rows, B], with the values of [steps, rows, B] where there are such."""
        empty = tf.TensorArray(self.zeros.dtype, steps, element_shape=[rows, None], clear_after_read=False)
        return empty if values is None else empty.unstack(values)


def _backward(
    trace: _Forward, weights: tf.Tensor, d_hidden: tf.Tensor, differentiate_inputs: bool
) -> tuple[tf.Tensor | None, tf.TensorArray]:
    """Gradients of the inputs [T, F, B], if wanted, and of the gates before their activation, T times [4 U, B]."""
    features, units = trace.features, trace.units
    from_above = trace.array(units, trace.steps, d_hidden)
    sizes = [features, units] if differentiate_inputs else [0, units]
    back = tf.concat([weights[: sizes[0]], weights[features + 1 :]], axis=0)  # the bias has no gradient to pass on

    def step(t, dh, dc, d_inputs, d_gates):  # type: ignore[no-untyped-def]
        input_, forget, candidate, output = tf.split(trace.gates.read(t), 4)
        squashed = tf.tanh(trace.cells.read(t + 1))
        dh += from_above.read(t)
        dc += _tanh_gradient(squashed, dh * output)
        d_gate = tf.concat(
            [
                _sigmoid_gradient(input_, dc * candidate),
                _sigmoid_gradient(forget, dc * trace.cells.read(t)),
                _tanh_gradient(candidate, dc * input_),
                _sigmoid_gradient(output, dh * squashed),
            ],
            axis=0,
        )
        d_input, dh = tf.split(tf.matmul(back, d_gate), sizes)
        if differentiate_inputs:
            d_inputs = d_inputs.write(t, d_input)
        return t - 1, dh, dc * forget, d_inputs, d_gates.write(t, d_gate)

    arrays = trace.array(sizes[0], trace.steps), trace.array(4 * units, trace.steps)
    start = (trace.steps - 1, trace.zeros, trace.zeros, *arrays)
    *_, d_inputs, d_gates = tf.while_loop(lambda t, *_: t >= 0, step, start)
    return d_inputs.stack() if differentiate_inputs else None, d_gates


def _weight_gradient(trace: _Forward, d_gates: tf.TensorArray) -> tf.Tensor:
    """Gradient of the weights, transposed: [4 U, F + 1 + U]."""
    batch = tf.shape(trace.zeros)[1]
    steps_at_once = tf.maximum(1, _COLUMNS // tf.maximum(1, batch))

    def add(t, total):  # type: ignore[no-untyped-def]
        times = tf.range(t, tf.minimum(t + steps_at_once, trace.steps))
        ones = tf.ones([1, tf.size(times) * batch], total.dtype)
        rows = [_columns(trace.inputs, times), ones, _columns(trace.hidden, times)]
        return times[-1] + 1, total + tf.matmul(_columns(d_gates, times), tf.concat(rows, axis=0), transpose_b=True)

    zeros = tf.zeros([4 * trace.units, trace.features + 1 + trace.units], trace.zeros.dtype)
    return tf.while_loop(lambda t, _: t < trace.steps, add, (0, zeros), parallel_iterations=1)[1]


def _columns(array: tf.TensorArray, times: tf.Tensor) -> tf.Tensor:
    """The values at `times`, K of [rows, B], side by side: [rows, K B]."""
    values = array.gather(times)  # [K, rows, B]
    return tf.reshape(tf.transpose(values, [1, 0, 2]), [values.shape[1], -1])


def _sigmoid_gradient(value: tf.Tensor, gradient: tf.Tensor) -> tf.Tensor:
    return tf.raw_ops.SigmoidGrad(y=value, dy=gradient)


def _tanh_gradient(value: tf.Tensor, gradient: tf.Tensor) -> tf.Tensor:
    return tf.raw_ops.TanhGrad(y=value, dy=gradient)
