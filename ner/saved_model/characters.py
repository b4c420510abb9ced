"""Labels of the characters of a text, where a model read the same tokens with other spaces between them."""

import tensorflow as tf

from ner.saved_model.texts import Texts


def positions_read(given: Texts, read: Texts) -> tf.Tensor:
    """Which of `read.characters.flat_values` stands for each of `given.characters.flat_values`, int32, -1 where none.

    White space between two tokens is the space that was read there; white space around a text was not read.
    """
    first_tokens, rows = tf.cast(given.starts.row_starts(), tf.int32), given.characters.value_rowids()
    position = tf.range(tf.size(rows)) - tf.cast(tf.gather(given.characters.row_starts(), rows), tf.int32)
    token_rows = given.starts.value_rowids()
    begins = tf.gather(tf.cast(given.characters.row_starts(), tf.int32), token_rows) + given.starts.flat_values
    counts = tf.math.bincount(begins, minlength=tf.size(rows), maxlength=tf.size(rows))
    token = tf.cumsum(counts) - 1  # the last one that begins at or before each character, maybe in a text before
    in_text = token >= tf.gather(first_tokens, rows)
    token = tf.where(in_text, token, 0)

    def of_token(ragged: tf.RaggedTensor) -> tf.Tensor:
        return tf.gather(tf.pad(ragged.flat_values, [[0, 1]]), token)

    length = of_token(given.ends) - of_token(given.starts)
    offset = tf.minimum(position - of_token(given.starts), length)
    is_last = token + 1 == tf.gather(tf.cast(given.starts.row_limits(), tf.int32), rows)
    there = in_text & ((offset < length) | ~is_last)
    first_read = tf.gather(tf.cast(read.characters.row_starts(), tf.int32), rows)
    return tf.where(there, first_read + of_token(read.starts) + offset, -1)
