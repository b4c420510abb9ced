"""Speed of a training step of one or two LSTM layers, ours against Keras' and against the bare matrix products.

    python -m tests.benchmarks.lstm_layer [--units=256] [--batch_size=32] [--length=130] [--directions=2]

`characters_per_second` counts time steps of all sequences; `share_of_limit` is taken against the same run's `limit`,
which takes the products of all time steps at once. No LSTM can: each step needs the state of the last one.
`products_by_steps` are the same products as far as an LSTM can join them, and no other work.
"""

import time

from absl import app, flags

_UNITS = flags.DEFINE_integer("units", 256, "Units, and features of the input.")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 32, "Sequences at once.")
_LENGTH = flags.DEFINE_integer("length", 130, "Time steps.")
_DIRECTIONS = flags.DEFINE_integer("directions", 2, "Layers that read the same input, as in a bidirectional tagger.")
_REPEATS = flags.DEFINE_integer("repeats", 5, "Counted repeats of each variant.")


BLOCK_COLUMNS = 1024  # of the product of a weight gradient


def main(_: list[str]) -> None:
    """Measures the variants in turn."""
    import keras
    import tensorflow as tf

    from ner.model.encoders.lstm import LSTM
    from tests.benchmarks.repeats import medians, print_lines

    units, batch, length = _UNITS.value, _BATCH_SIZE.value, _LENGTH.value
    inputs = tf.random.stateless_normal([batch, length, units], (0, 1))
    spec = [tf.TensorSpec([None, None, units])]

    def training_step(make):
        layers = [make(units) for _ in range(_DIRECTIONS.value)]
        for layer in layers:
            layer.build((None, None, units))
        weights = [variable for layer in layers for variable in layer.trainable_variables]

        @tf.function(input_signature=spec, jit_compile=False)
        def step(x):
            with tf.GradientTape() as tape:
                tape.watch(x)
                loss = tf.add_n([tf.reduce_sum(layer(x) ** 2) for layer in layers])
            return tape.gradient(loss, [x, *weights])

        return step

    rows = tf.random.stateless_normal([batch * length, units], (0, 2))
    gates = tf.random.stateless_normal([batch * length, 4 * units], (0, 3))
    kernel = tf.random.stateless_normal([units, 4 * units], (0, 4))

    @tf.function(input_signature=spec, jit_compile=False)
    def products(x):
        """The products of both kernels forwards, and of both gradients backwards."""
        count = 2 * _DIRECTIONS.value  # kernels: of the input and of the state
        forward = [tf.matmul(rows + tf.cast(i, tf.float32), kernel) for i in range(count)]
        to_input = [tf.matmul(gates + value, kernel, transpose_b=True) for value in forward]
        return to_input + [tf.matmul(rows + value, gates, transpose_a=True) for value in to_input]

    def timed(step):
        def measure():
            start = time.perf_counter()
            for gradient in step(inputs):
                gradient.numpy()
            return {"characters_per_second": batch * length / (time.perf_counter() - start)}

        return measure

    @tf.function(input_signature=spec, jit_compile=False)
    def products_by_steps(x):
        """A product a step of each direction forwards and backwards, and the gradient of its weights in blocks."""
        across = tf.concat([kernel, kernel], axis=0) / units  # [2 U, 4 U], so small that no product overflows
        blocks = batch * length // BLOCK_COLUMNS

        def forward(t, state):
            return t + 1, tf.matmul(across, state, transpose_a=True)[: 2 * units]

        def backward(t, gates):
            back = tf.matmul(across, gates)
            return t + 1, tf.concat([back, back], axis=0)

        def add_block(t, total):
            return t + 1, total + tf.matmul(gates[:BLOCK_COLUMNS], wide[:BLOCK_COLUMNS], transpose_a=True)

        wide = tf.concat([rows, rows], axis=1)  # [B T, 2 U]
        results = []
        for _ in range(_DIRECTIONS.value):
            for step, start, count in (
                (forward, tf.transpose(wide[:batch]), length),
                (backward, tf.transpose(gates[:batch]), length),
                (add_block, tf.zeros([4 * units, 2 * units]), blocks),
            ):
                results.append(tf.while_loop(lambda t, _, count=count: t < count, step, (0, start))[1])
        return results

    variants = {
        "keras": timed(training_step(lambda units: keras.layers.LSTM(units, return_sequences=True))),
        "ours": timed(training_step(LSTM)),
        "products_by_steps": timed(products_by_steps),
        "limit": timed(products),
    }
    results = medians(variants, _REPEATS.value)
    limit = results["limit"]["characters_per_second"]
    for figures in results.values():
        figures["share_of_limit"] = figures["characters_per_second"] / limit
    print_lines(results)


if __name__ == "__main__":
    app.run(main)
