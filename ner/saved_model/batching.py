"""A function of batches, applied to rows of any number and length: shortest first, in batches of bounded size."""

from collections.abc import Callable, Sequence

import tensorflow as tf

from ner.inference.models.character_model import DEFAULT_BATCHING

MAX_BATCH_ROWS, MAX_BATCH_CHARACTERS, _ = DEFAULT_BATCHING


def map_batches(
    lengths: tf.Tensor,
    max_size: int,
    function: Callable[[tf.Tensor], tuple[tf.Tensor, Sequence[tf.Tensor]]],
    specs: Sequence[tf.TensorSpec],
) -> list[tf.Tensor]:
    """What `function` gives for all rows, one after another in their order.

    `lengths` int32 [N] are the rows' lengths; those of length 0 are left out. `function` takes numbers of rows, int32
    [B], and gives how many values each row has, int32 [B], and tensors of the values, row after row, which `specs`
    describe. B times the longest length of a batch is at most `max_size` where B is more than 1.
    """
    order = tf.argsort(lengths, stable=True)
    lengths = tf.cast(tf.gather(lengths, order), tf.int64)
    empty = tf.math.count_nonzero(lengths == 0, dtype=tf.int32)

    def step(first, counts, *arrays):  # type: ignore[no-untyped-def]
        candidates = lengths[first : first + MAX_BATCH_ROWS]
        padded = candidates * tf.range(1, tf.size(candidates, tf.int64) + 1)
        size = tf.maximum(tf.math.count_nonzero(padded <= max_size, dtype=tf.int32), 1)
        found = function(order[first : first + size])
        index = counts.size()
        written = [array.write(index, values) for array, values in zip(arrays, found[1], strict=True)]
        return first + size, counts.write(index, found[0]), *written

    arrays = [
        tf.TensorArray(spec.dtype, 0, dynamic_size=True, infer_shape=False, element_shape=spec.shape)
        for spec in (tf.TensorSpec([None], tf.int32), *specs)
    ]
    _, counts, *arrays = tf.while_loop(
        lambda first, *_: first < tf.size(order), step, (empty, *arrays), parallel_iterations=1
    )
    in_order = tf.concat([tf.zeros([empty], tf.int32), counts.concat()], axis=0)
    back = tf.argsort(order)
    return [tf.gather(tf.RaggedTensor.from_row_lengths(one.concat(), in_order), back).flat_values for one in arrays]


def rows_of(flat: tf.Tensor, first: tf.Tensor, lengths: tf.Tensor) -> tf.Tensor:
    """Padded rows [B, longest, ...] of `flat`, of `lengths` int32 [B] values from `first` int32 [B]; 0 pads."""
    steps = tf.range(tf.maximum(tf.reduce_max(lengths), 1))[None]
    real = steps < lengths[:, None]
    rows = tf.gather(flat, tf.where(real, first[:, None] + steps, 0))
    real = tf.reshape(real, tf.concat([tf.shape(real), tf.ones([tf.rank(rows) - 2], tf.int32)], axis=0))
    return tf.where(real, rows, tf.zeros([], flat.dtype))
