"""Sentences as bytes to padded batches of ids."""

from typing import NamedTuple

import tensorflow as tf

from ner.data.dataset import Dataset
from ner.data.id_range import assert_ids_in_range
from ner.text.labels import NOT_ANNOTATED_ID, PADDING_LABEL, UNLABELLED
from ner.text.word_marks import FIRST, INSIDE, OUTSIDE_WORDS


class EncodedSentences(NamedTuple):
    """Sentences as bytes, string [B] each: their character ids, label ids and marks of words (`ner.data.example`)."""

    chars: tf.Tensor
    labels: tf.Tensor
    words: tf.Tensor

    def lengths(self) -> tf.Tensor:
        """Characters of each sentence, int32 [B]."""
        return tf.strings.length(self.labels)

    def select(self, rows: tf.Tensor) -> "EncodedSentences":
        """The sentences of these numbers, int [N]."""
        return tf.nest.map_structure(lambda values: tf.gather(values, rows), self)

    def between(self, first: tf.Tensor, end: tf.Tensor) -> "EncodedSentences":
        """The sentences from `first` to `end`, exclusive."""
        return tf.nest.map_structure(lambda values: values[first:end], self)


class TrainingBatch(NamedTuple):
    """`char_ids` int32 [B, T], 0 pads; `labels` int32 [B, T], -1 pads; `starts`, `ends` int32 [B, W], 0 and 0 pad.

    The label of an unannotated character is -2.
    """

    char_ids: tf.Tensor
    labels: tf.Tensor
    starts: tf.Tensor
    ends: tf.Tensor


def padded(dataset: Dataset, encoded: EncodedSentences) -> TrainingBatch:
    """The sentences as padded ids; for none, a row of padding."""
    nothing = tf.repeat([""], tf.cast(tf.equal(tf.size(encoded.labels), 0), tf.int32))
    encoded = tf.nest.map_structure(lambda values: tf.concat([values, nothing], axis=0), encoded)
    longest = tf.maximum(tf.reduce_max(encoded.lengths()), 1)
    char_ids = tf.cast(tf.io.decode_raw(encoded.chars, tf.uint16, fixed_length=2 * longest), tf.int32)
    label_ids = tf.cast(tf.io.decode_raw(encoded.labels, tf.uint8, fixed_length=longest), tf.int32)
    labels = tf.where(char_ids == 0, PADDING_LABEL, tf.where(label_ids == NOT_ANNOTATED_ID, UNLABELLED, label_ids))
    ids = assert_ids_in_range(dataset, char_ids, labels)
    return TrainingBatch(*ids, *word_bounds(tf.io.decode_raw(encoded.words, tf.uint8, fixed_length=longest)))


def word_bounds(marks: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Starts and ends of words, int32 [B, W] each, 0 and 0 at padding, from `marks` uint8 [B, T]; W is at least 1."""
    after = tf.pad(marks[:, 1:], [[0, 0], [0, 1]])
    is_last = (marks != OUTSIDE_WORDS) & (after != INSIDE)
    return true_positions(marks == FIRST, plus=0), true_positions(is_last, plus=1)


def true_positions(where: tf.Tensor, plus: int) -> tf.Tensor:
    """The positions that are True in each row of `where` bool [B, T], `plus` a number: int32 [B, W], 0 pads; W >= 1."""
    counted = tf.cumsum(tf.cast(where, tf.int64), axis=1)  # [B, T]
    found = tf.where(where)  # [N, 2], row by row; a RaggedTensor would be some sixty operations, traced each time
    places = tf.stack([found[:, 0], tf.gather_nd(counted, found) - 1], axis=1)
    shape = tf.stack([tf.shape(where, tf.int64)[0], tf.maximum(tf.reduce_max(counted), 1)])
    return tf.scatter_nd(places, tf.cast(found[:, 1], tf.int32) + plus, shape)
