"""Shards as chunks of serialized sentences, with those of a subset alone where one is given."""

import numpy as np
import tensorflow as tf

from ner.data.pipeline import without_autograph
from ner.data.subset import Subset

CHUNK_SENTENCES = 256  # read from one shard before the next one has its turn
_READ_BYTES = 1 << 20  # read ahead in each shard


@without_autograph
def read_chunks(
    path: tf.Tensor | list[str], compression: str, subset: Subset | None, first: tf.Tensor | int = 0
) -> tf.data.Dataset:
    """Serialized sentences, string [up to `CHUNK_SENTENCES`] a chunk, of a shard or of several, one after another.

    `first` is the number of its first sentence in the split. Without the sentences that are not in `subset`, a chunk
    may be empty.
    """
    chunks = tf.data.TFRecordDataset(path, compression, _READ_BYTES).batch(CHUNK_SENTENCES)
    if subset is None:
        return chunks
    is_chosen = tf.constant(np.pad(subset.chosen, (0, CHUNK_SENTENCES)))  # shards may hold more than was said

    def select(chunk: tf.Tensor, serialized: tf.Tensor) -> tf.Tensor:
        start = tf.minimum(first + CHUNK_SENTENCES * chunk, len(subset.chosen))
        return tf.boolean_mask(serialized, is_chosen[start : start + tf.size(serialized, tf.int64)])

    return chunks.enumerate().map(select)
