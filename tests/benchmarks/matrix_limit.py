"""The matrix products of a training step and nothing else: the limit of its speed."""

from collections.abc import Callable, Iterator

import tensorflow as tf

from ner.config import ModelConfig


def make_products(config: ModelConfig, outputs: int, dtype: tf.DType) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """A graph of the products of a step on a batch of B sentences (first argument) of T characters (second).

    For each LSTM [F features, U units]: T times forwards [4 U, F + U] x [F + U, B] and T times backwards
    [F + U, 4 U] x [4 U, B], one after the other as an LSTM must; and the gradient of the weights, [4 U, 1024] x
    [1024, F + U] for each 1,024 places. Features stand first because that is the faster way round on a CPU. Then the
    head's three. No table of characters is assumed: each layer multiplies its input. LSTMs over the same input may run
    at the same time.
    """
    units, directions = config.lstm_units, 1 + config.bidirectional

    def random(*shape: tf.Tensor | int) -> tf.Tensor:
        return tf.cast(tf.random.stateless_uniform(shape, (0, 1), -1.0, 1.0), dtype)

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32)] * 2, jit_compile=False)
    def products(batch: tf.Tensor, steps: tf.Tensor) -> tf.Tensor:
        done = [tf.constant(0)]
        for features in _input_sizes(config):
            kernel, across = random(4 * units, features + units), random(features + units, 4 * units)
            rows, gates = random(features + units, batch), random(4 * units, batch)
            many_rows, many_gates = random(1024, features + units), random(4 * units, 1024)
            with tf.control_dependencies(done):
                forward = [_repeated(kernel, rows, steps) for _ in range(directions)]
            with tf.control_dependencies(forward):
                backward = [_repeated(across, gates, steps) for _ in range(directions)]
            with tf.control_dependencies(backward):
                done = [_repeated(many_gates, many_rows, -(-steps * batch // 1024)) for _ in range(directions)]
        places, width = batch * steps, units * directions
        with tf.control_dependencies(done):
            hidden, scores, head = random(places, width), random(places, outputs), random(width, outputs)
            products = [tf.matmul(hidden, head), tf.matmul(scores, head, transpose_b=True)]
            products.append(tf.matmul(hidden, scores, transpose_a=True))
        return tf.add_n([tf.cast(product[0, 0], tf.float32) for product in products])

    return products


def _input_sizes(config: ModelConfig) -> Iterator[int]:
    for depth in range(config.lstm_layers):
        yield config.lstm_units * (1 + config.bidirectional) if depth else config.embedding_size


def _repeated(left: tf.Tensor, right: tf.Tensor, times: tf.Tensor) -> tf.Tensor:
    """Multiplies the same two matrices `times` times, and returns that number when done."""

    def multiply(done: tf.Tensor) -> tuple[tf.Tensor]:
        # A control dependency alone would be optimised away, and the product with it.
        corner = tf.matmul(left, right)[0, 0]
        return (done + 1 + tf.cast(tf.math.is_nan(corner), tf.int32),)

    return tf.while_loop(lambda done: done < times, multiply, (tf.constant(0),), parallel_iterations=1)[0]
