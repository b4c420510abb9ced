"""Looks up the vectors of words that were learnt before training, and which training leaves as they are.

A word is found by its hash, so the graph holds no strings.
"""

from functools import cached_property

import numpy as np
import tensorflow as tf

from ner.data.word_vectors import WordVectors


class WordVectorTable(tf.Module):
    """The vectors of `word_vectors`, for all networks of a tagger. They are no weights: no checkpoint holds them."""

    def __init__(self, word_vectors: WordVectors) -> None:
        super().__init__(name="word_vectors")
        hashes, rows = word_vectors.index()
        self.num_words, self.size = word_vectors.vectors.shape
        self.hashes = tf.Variable(hashes, trainable=False, name="hashes")  # int64 [K], ascending
        self.rows = tf.Variable(rows, trainable=False, name="rows")  # int64 [K]
        vectors = word_vectors.vectors.astype(np.float32)  # TensorFlow complains of float16 on most CPUs
        self.vectors = tf.Variable(vectors, trainable=False, name="vectors")  # float32 [N, D]

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        """All that it holds, by name; the same arrays at each call."""
        parts = {"hashes": self.hashes, "rows": self.rows, "vectors": self.vectors}
        return {f"word_vectors/{name}": variable.numpy() for name, variable in parts.items()}

    def look_up(self, hashes: tf.Tensor, dtype: tf.DType) -> tf.Tensor:
        """The vectors [B, W, D] of words with these `hashes` int64 [B, W]; 0 for a word that has none."""
        flat = tf.reshape(hashes, [-1])
        places = tf.minimum(tf.searchsorted(self.hashes, flat, out_type=tf.int64), self.hashes.shape[0] - 1)
        known = tf.gather(self.hashes, places) == flat
        vectors = tf.cast(tf.gather(self.vectors, tf.gather(self.rows, places)), dtype)
        vectors *= tf.cast(known, dtype)[:, None]
        return tf.reshape(vectors, [*tf.unstack(tf.shape(hashes)), self.size])
