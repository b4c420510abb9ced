"""Training batches that several devices share: a part of the sentences of each batch for each device.

Which batches there are does not depend on how many devices share them: every process reads all sentences, but makes
tensors of its own parts only. So a run learns the same on any number of devices, and can go on with another number.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow as tf

from ner.data.batches import training_bytes
from ner.data.dataset import Dataset
from ner.data.padding import EncodedSentences, padded
from ner.data.pipeline import without_autograph
from ner.text.labels import NOT_ANNOTATED_ID


class ReplicaBatch(NamedTuple):
    """The sentences of one device: consecutive ones of the batch, which are padded to the longest of these alone.

    `char_ids` and `labels` int32 [B, T], padded with 0 and -1, -2 where unannotated; `starts` and `ends` int32 [B,
    W] of the words, padded with 0 and 0; `row_offset` int32 [], the number of the first sentence in the batch. A device
    for which no sentence is left has one row of padding.
    """

    char_ids: tf.Tensor
    labels: tf.Tensor
    starts: tf.Tensor
    ends: tf.Tensor
    row_offset: tf.Tensor

    @classmethod
    def spec(cls) -> "ReplicaBatch":
        """The `tf.TensorSpec`s of sentences of any number and length."""
        matrix = tf.TensorSpec([None, None], tf.int32)
        return cls(matrix, matrix, matrix, matrix, tf.TensorSpec([], tf.int32))


class GlobalBatch(NamedTuple):
    """What a batch holds, and the `parts` of this process.

    Its `sentences`, real `characters`, the unannotated ones of them (`unlabelled`), and the length of its
    `longest` sentence in characters: int32 [] each.
    """

    sentences: tf.Tensor
    characters: tf.Tensor
    unlabelled: tf.Tensor
    longest: tf.Tensor
    parts: tuple[ReplicaBatch, ...]


@without_autograph
def global_batches(
    dataset: Dataset, folder: str, *, num_parts: int, own: Sequence[int], **batching: Any
) -> tf.data.Dataset:
    """Endless `GlobalBatch`es of the training split: those of `training_batches`, cut into `num_parts`.

    `own` are the numbers of the parts that this process makes; `batching` is what `training_batches` takes.
    """

    def share(encoded: EncodedSentences) -> GlobalBatch:
        lengths = encoded.lengths()
        sentences = tf.size(lengths)
        parts = []
        for number in own:
            first, end = sentences * number // num_parts, sentences * (number + 1) // num_parts
            parts.append(ReplicaBatch(*padded(dataset, encoded.between(first, end)), first))
        unlabelled = _unlabelled(encoded) if dataset.is_partly_annotated else tf.constant(0)
        return GlobalBatch(sentences, tf.reduce_sum(lengths), unlabelled, tf.reduce_max(lengths), tuple(parts))

    return (
        training_bytes(dataset, folder, **batching)
        .map(share, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
        .prefetch(tf.data.AUTOTUNE)
    )


def _unlabelled(encoded: EncodedSentences) -> tf.Tensor:
    """How many characters of all sentences are unannotated, int32 []."""
    label_ids = tf.io.decode_raw(tf.strings.reduce_join(encoded.labels), tf.uint8)
    return tf.math.count_nonzero(label_ids == NOT_ANNOTATED_ID, dtype=tf.int32)
