"""Forward and backward probabilities of a linear chain over words, by two ways with the same results.

`SEQUENTIAL` takes one word after the other, which is faster on a CPU. `PARALLEL_SCAN` multiplies the matrices of
neighbouring words, which is associative, so that log2(W) rounds are enough (Hillis and Steele 1986, "Data parallel
algorithms"; for chains: Särkkä and García-Fernández 2021, https://arxiv.org/abs/1905.13002). It is meant for a GPU,
where each small op of a loop costs a launch. Its products are in float64: a product says how every label leads to every
other one, and where confident words contradict each other, what matters is too small for float32 beside the largest.
"""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf


class Chain(NamedTuple):
    """Probabilities up to a factor, float32: `emissions` [B, W, C], `initial` [C] and `transitions` [C before, C].

    `real` bool [B, W] is False at padding, which is on the right.
    """

    emissions: tf.Tensor
    real: tf.Tensor
    initial: tf.Tensor
    transitions: tf.Tensor


class Recursion(NamedTuple):
    """`forward(chain)`: probabilities [B, W, C] that sum to 1, and their scales [B, W], 1 at padding.

    `backward(chain, forward, scales)`: probabilities [B, W, C] whose product with the forward ones sums to 1.
    Probabilities at padding are undefined.
    """

    forward: Callable[[Chain], tuple[tf.Tensor, tf.Tensor]]
    backward: Callable[[Chain, tf.Tensor, tf.Tensor], tf.Tensor]


def default_recursion() -> Recursion:
    """The parallel scan where there is a GPU, else the sequential recursion."""
    return PARALLEL_SCAN if tf.config.list_logical_devices("GPU") else SEQUENTIAL


def _sequential_forward(chain: Chain) -> tuple[tf.Tensor, tf.Tensor]:
    by_word, is_real = tf.transpose(chain.emissions, [1, 0, 2]), _words_first(chain.real)  # [W, B, C], [W, B]
    num_words = tf.shape(by_word)[0]
    probabilities = tf.TensorArray(tf.float32, num_words, element_shape=[None, by_word.shape[2]])
    scales = tf.TensorArray(tf.float32, num_words, element_shape=[None])

    def take(arriving, before, word):  # type: ignore[no-untyped-def]
        joint = arriving * by_word[word]
        scale = tf.where(is_real[word], tf.reduce_sum(joint, axis=-1), 1.0)
        return tf.where(is_real[word][:, None], joint / scale[:, None], before), scale

    def step(word, before, probabilities, scales):  # type: ignore[no-untyped-def]
        now, scale = take(before @ chain.transitions, before, word)
        return word + 1, now, probabilities.write(word, now), scales.write(word, scale)

    now, scale = take(chain.initial, tf.zeros_like(by_word[0]), 0)
    start = (1, now, probabilities.write(0, now), scales.write(0, scale))
    *_, probabilities, scales = tf.while_loop(lambda word, *_: word < num_words, step, start)
    return tf.transpose(probabilities.stack(), [1, 0, 2]), tf.transpose(scales.stack())


def _sequential_backward(chain: Chain, forward: tf.Tensor, scales: tf.Tensor) -> tf.Tensor:
    by_word = tf.transpose(chain.emissions / scales[..., None], [1, 0, 2])  # [W, B, C]
    is_real = _words_first(chain.real)
    num_words = tf.shape(by_word)[0]
    results = tf.TensorArray(tf.float32, num_words, element_shape=[None, by_word.shape[2]])

    def step(word, after, results):  # type: ignore[no-untyped-def]
        results = results.write(word, after)
        leaving = tf.matmul(by_word[word] * after, chain.transitions, transpose_b=True)
        return word - 1, tf.where(is_real[word][:, None], leaving, after), results

    start = (num_words - 1, tf.ones_like(forward[:, 0]), results)
    *_, results = tf.while_loop(lambda word, *_: word >= 0, step, start)
    return tf.transpose(results.stack(), [1, 0, 2])


def _words_first(real: tf.Tensor) -> tf.Tensor:
    """`real` bool [B, W], False at padding on the right, as [W, B]."""
    # Counted, not transposed: without AVX-512, oneDNN reports an error where it is to transpose bools.
    num_words = tf.math.count_nonzero(real, axis=1)  # int64 [B]
    positions = tf.cast(tf.range(tf.shape(real)[1]), tf.int64)  # of int64, a GPU would give the end to the host
    return positions[:, None] < num_words[None]


def _scan_forward(chain: Chain) -> tuple[tf.Tensor, tf.Tensor]:
    chain = _in_float64(chain)
    first = chain.initial * chain.emissions[:, 0]  # [B, C]
    reached = tf.einsum("bc,bwcd->bwd", first, _prefix_products(_steps(chain)))  # [B, W - 1, C]
    forward = tf.concat([first[:, None], reached], axis=1)
    forward /= tf.reduce_sum(forward, axis=-1, keepdims=True)
    arriving = tf.concat([tf.zeros_like(forward[:, :1]) + chain.initial, forward[:, :-1] @ chain.transitions], axis=1)
    scales = tf.reduce_sum(arriving * chain.emissions, axis=-1)
    return tf.cast(forward, tf.float32), tf.cast(tf.where(chain.real, scales, 1.0), tf.float32)


def _scan_backward(chain: Chain, forward: tf.Tensor, scales: tf.Tensor) -> tf.Tensor:
    from_end = tf.linalg.matrix_transpose(tf.reverse(_steps(_in_float64(chain)), [1]))
    leaving = tf.reduce_sum(tf.reverse(_prefix_products(from_end), [1]), axis=2)  # [B, W - 1, C]
    forward = tf.cast(forward, tf.float64)
    backward = tf.concat([leaving, tf.ones_like(forward[:, :1])], axis=1)
    return tf.cast(backward / tf.reduce_sum(forward * backward, axis=-1, keepdims=True), tf.float32)


def _in_float64(chain: Chain) -> Chain:
    return Chain(*(one if one.dtype == tf.bool else tf.cast(one, tf.float64) for one in chain))


def _steps(chain: Chain) -> tf.Tensor:
    """What takes a word's probabilities to the next word's, [B, W - 1, C before, C]; nothing changes at padding."""
    steps = chain.transitions * chain.emissions[:, 1:, None]
    return tf.where(chain.real[:, 1:, None, None], steps, tf.eye(chain.emissions.shape[2], dtype=steps.dtype))


def _prefix_products(matrices: tf.Tensor) -> tf.Tensor:
    """The products of `matrices` [B, N, C, C] from the first up to each one, each divided by its largest value."""
    rows, number, size, _ = tf.unstack(tf.shape(matrices))
    identity = tf.eye(matrices.shape[2], dtype=matrices.dtype)

    def double(span, products):  # type: ignore[no-untyped-def]
        none = tf.zeros([rows, span, size, size], matrices.dtype) + identity
        before = tf.concat([none, products[:, : number - span]], axis=1)
        return 2 * span, _normalized(before @ products)

    return tf.while_loop(lambda span, _: span < number, double, (1, _normalized(matrices)))[1]


def _normalized(matrices: tf.Tensor) -> tf.Tensor:
    return matrices / tf.reduce_max(matrices, axis=[2, 3], keepdims=True)


SEQUENTIAL = Recursion(_sequential_forward, _sequential_backward)
PARALLEL_SCAN = Recursion(_scan_forward, _scan_backward)
