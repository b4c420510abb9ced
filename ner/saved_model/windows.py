"""The windows of `ner.inference.text_windows`, in which a model reads long texts, found by TensorFlow ops."""

from typing import NamedTuple

import tensorflow as tf

from ner.inference.text_windows import CONTEXT_CHARACTERS, WINDOW_CHARACTERS
from ner.saved_model.texts import Texts


class Windows(NamedTuple):
    """K parts of texts in order, int32 [K] each: characters and words that are read, and the words that count.

    Everything is a number in the characters or words of all texts, one after another.
    """

    first_char: tf.Tensor
    end_char: tf.Tensor
    first_word: tf.Tensor
    end_word: tf.Tensor
    first_counted: tf.Tensor
    end_counted: tf.Tensor


def windows_of(texts: Texts) -> Windows:
    """The windows of texts that have no white space around them (`Texts.spaced`); a text without words has none."""
    starts, ends = texts.places()
    word_splits = tf.cast(texts.starts.row_splits, tf.int32)
    has_words = word_splits[1:] > word_splits[:-1]
    first, end = (tf.boolean_mask(splits, has_words) for splits in (word_splits[:-1], word_splits[1:]))
    begins, stops = tf.gather(starts, first), tf.gather(ends, end - 1)
    is_long = stops - begins > WINDOW_CHARACTERS
    short = [tf.boolean_mask(values, ~is_long) for values in (begins, stops, first, end, first, end)]
    long = _of_long_texts(starts, ends, tf.boolean_mask(first, is_long), tf.boolean_mask(end, is_long))
    columns = [tf.concat(pair, axis=0) for pair in zip(short, long, strict=True)]
    order = tf.argsort(columns[4])  # of the first word that counts
    return Windows(*(tf.gather(column, order) for column in columns))


def _of_long_texts(starts: tf.Tensor, ends: tf.Tensor, text_first: tf.Tensor, text_end: tf.Tensor) -> list[tf.Tensor]:
    """The columns of the windows of the texts whose words are numbered from `text_first` to below `text_end`."""
    num_texts = tf.size(text_first)
    bounds = [tf.concat([values, [0]], axis=0) for values in (text_first, text_end)]  # read after the last text too

    def count(values: tf.Tensor, limit: tf.Tensor, side: str) -> tf.Tensor:
        """How many of the sorted `values` are at most `limit` (right) or below it (left)."""
        return tf.searchsorted(values, limit[None], side=side)[0]

    def step(text, counted, *arrays):  # type: ignore[no-untyped-def]
        begin, stop = (tf.gather(values, text) for values in bounds)
        first = tf.maximum(count(starts, starts[counted] - CONTEXT_CHARACTERS, "right") - 1, begin)
        first = tf.maximum(first, tf.minimum(count(starts, ends[counted] - WINDOW_CHARACTERS, "left"), counted))
        last = tf.maximum(count(ends, starts[first] + WINDOW_CHARACTERS, "right"), counted + 1)
        last = tf.minimum(last, stop)
        inner = tf.maximum(count(ends, ends[last - 1] - CONTEXT_CHARACTERS, "right"), counted + 1)
        end = tf.where(last < stop, inner, stop)
        end_char = tf.minimum(ends[last - 1], starts[first] + WINDOW_CHARACTERS)
        row = (starts[first], end_char, first, last, counted, end)
        written = [array.write(array.size(), value) for array, value in zip(arrays, row, strict=True)]
        done = end == stop
        text = text + tf.cast(done, tf.int32)
        return text, tf.where(done, tf.gather(bounds[0], text), end), *written

    arrays = [tf.TensorArray(tf.int32, 0, dynamic_size=True, element_shape=[]) for _ in Windows._fields]
    start = (0, bounds[0][0], *arrays)
    _, _, *arrays = tf.while_loop(lambda text, *_: text < num_texts, step, start)
    return [array.stack() for array in arrays]
