"""A batch that is computed in one piece, and the dropout of one."""

import tensorflow as tf

from ner.data.padding import TrainingBatch
from ner.data.replica_batches import GlobalBatch, ReplicaBatch
from ner.model.dropout import RowDropout
from ner.text.labels import UNLABELLED


def whole_batch(batch: TrainingBatch) -> GlobalBatch:
    """The batch of some sentences as one part."""
    rows, longest = tf.unstack(tf.shape(batch.char_ids))
    characters = tf.math.count_nonzero(batch.char_ids, dtype=tf.int32)
    unlabelled = tf.math.count_nonzero(batch.labels == UNLABELLED, dtype=tf.int32)
    return GlobalBatch(rows, characters, unlabelled, longest, (ReplicaBatch(*batch, tf.constant(0)),))


def dropout_of_whole_batch(seed: tf.Tensor, char_ids: tf.Tensor) -> RowDropout:
    """The dropout of `char_ids` int32 [B, T]."""
    return RowDropout(seed, tf.constant(0), tf.shape(char_ids)[1])
