"""Training batches that several devices share: a part of the sentences of each batch for each device.

Which batches there are does not depend on how many devices share them: every process reads all sentences, but makes
tensors of its own parts only. So a run learns the same on any number of devices, and can go on with another number.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from ner.data.batches import padded, training_bytes
from ner.data.dataset import Dataset


class ReplicaBatch(NamedTuple):
    """The sentences of one device: consecutive ones of the batch, which are padded to the longest of these alone.

    `char_ids` and `labels` int32 [B, T], padded with 0 and -1; `first_row` int32 [], the number of the first of them in
    the batch. A device for which no sentence is left has one row of padding.
    """

    char_ids: tf.Tensor
    labels: tf.Tensor
    first_row: tf.Tensor


class GlobalBatch(NamedTuple):
    """What a batch holds, and the `parts` of this process.

    Its `sentences`, real `characters`, and the length of its `longest` sentence in characters: int32 [] each.
    """

    sentences: tf.Tensor
    characters: tf.Tensor
    longest: tf.Tensor
    parts: tuple[ReplicaBatch, ...]

    @classmethod
    def whole(cls, char_ids: tf.Tensor, labels: tf.Tensor) -> "GlobalBatch":
        """The batch of some sentences as one part."""
        rows, longest = tf.unstack(tf.shape(char_ids))
        characters = tf.math.count_nonzero(char_ids, dtype=tf.int32)
        return cls(rows, characters, longest, (ReplicaBatch(char_ids, labels, tf.constant(0)),))


def global_batches(
    dataset: Dataset, folder: str, *, num_parts: int, own: Sequence[int], **batching: Any
) -> tf.data.Dataset:
    """Endless `GlobalBatch`es of the training split: those of `training_batches`, cut into `num_parts`.

    `own` are the numbers of the parts that this process makes; `batching` is what `training_batches` takes.
    """

    def share(chars: tf.Tensor, labels: tf.Tensor) -> GlobalBatch:
        lengths = tf.strings.length(labels)
        sentences = tf.size(lengths)
        parts = []
        for number in own:
            first, end = sentences * number // num_parts, sentences * (number + 1) // num_parts
            parts.append(ReplicaBatch(*padded(dataset, chars[first:end], labels[first:end]), first))
        return GlobalBatch(sentences, tf.reduce_sum(lengths), tf.reduce_max(lengths), tuple(parts))

    return (
        training_bytes(dataset, folder, **batching)
        .map(share, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .prefetch(tf.data.AUTOTUNE)
    )
