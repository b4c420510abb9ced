"""Stage 5: time forwards and backwards of Keras' LSTM layer, in one direction or both, and of a CRF's recursions."""

from collections.abc import Callable
from typing import Any

from tests.benchmarks.gpu.context import Context
from tests.benchmarks.gpu.environment import timed

SHAPES = {  # sentences, characters, features, units, directions
    "original": (128, 270, 256, 1024, 1),
    "two directions": (32, 130, 256, 128, 2),
    "wide": (256, 130, 512, 256, 2),
}
CHAINS = {
    "4 types": (32, 32, 9),
    "4 types, long sentences": (32, 128, 9),
    "20 types": (32, 32, 41),
}  # rows, words, labels
DTYPES = ("float32", "bfloat16", "float16")


def run(context: Context) -> None:
    """Writes milliseconds of both recursions, then milliseconds and TFLOP/s of every shape and number format."""
    for name, (rows, words, labels) in CHAINS.items():
        for recursion, seconds in chain_seconds(rows, words, labels, 0.3 if context.gpus else 0.02).items():
            context.results.add(f"CRF {name} {recursion}", ms=1000 * seconds)
    if not context.gpus:
        context.results.add("cuDNN", left_out="no GPU")
        return
    import tensorflow as tf

    tf.config.experimental.enable_tensor_float_32_execution(False)
    for shape, (rows, steps, features, units, directions) in SHAPES.items():
        for dtype in DTYPES:
            if context.left() < 5:
                return
            seconds = _seconds((rows, steps, features, units, directions), dtype)
            flops = 6 * directions * 4 * units * (features + units) * rows * steps
            context.results.add(f"{shape} {dtype}", ms=1000 * seconds, teraflops=flops / seconds / 1e12)


def chain_seconds(rows: int, words: int, labels: int, at_least: float) -> dict[str, float]:
    """Seconds of a CRF's partition function and its gradients by each recursion; each is timed `at_least` so long."""
    import tensorflow as tf

    from ner.model.heads.partition import log_partition
    from ner.model.heads.recursions import PARALLEL_SCAN, SEQUENTIAL, Recursion

    scores = tf.random.stateless_normal([rows, words, labels], (0, 0))
    start, transitions = tf.zeros([labels]), tf.zeros([labels, labels])
    real = tf.ones([rows, words], tf.bool)

    def step(recursion: Recursion) -> Callable[[], Any]:
        @tf.function(jit_compile=False)
        def gradients() -> tf.Tensor:
            inputs = [scores, start, transitions]
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                log_z = tf.reduce_sum(log_partition(scores, real, start, transitions, recursion=recursion))
            return tf.add_n([tf.reduce_max(gradient) for gradient in tape.gradient(log_z, inputs)])

        return gradients

    ways = {"sequential": SEQUENTIAL, "parallel scan": PARALLEL_SCAN}
    return {name: timed(step(recursion), lambda value: value.numpy(), at_least) for name, recursion in ways.items()}


def _seconds(shape: tuple[int, ...], dtype: str) -> float:
    """Seconds of the states of a layer, or of one in each direction, and of their gradients by everything."""
    import keras
    import tensorflow as tf

    from ner.model.encoders.recurrent import both_ways

    rows, steps, features, units, directions = shape
    layers = [keras.layers.LSTM(units, return_sequences=True, dtype=dtype) for _ in range(directions)]
    for layer in layers:
        layer.build([None, None, features])
    x = tf.cast(tf.random.stateless_normal([rows, steps, features], (0, 0)), dtype)
    with tf.device("/CPU:0"):
        lengths = tf.linspace(steps // 2, steps, rows)
        lengths = tf.cast(lengths, tf.int32)
    weights = [variable.value for layer in layers for variable in layer.trainable_variables]

    @tf.function(jit_compile=False)
    def gradients(x: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch(x)
            states = both_ways(*layers, x, lengths) if directions == 2 else layers[0](x)
            loss = tf.reduce_sum(tf.cast(states, tf.float32))
        found = tape.gradient(loss, [x, *weights])
        return tf.add_n([tf.cast(tf.reduce_max(gradient), tf.float32) for gradient in found])

    return timed(lambda: gradients(x, lengths), lambda value: value.numpy(), 0.3)
