"""Entities from the labels of words, as `ner.text.spans` and `ner.inference.doc` find them."""

from typing import NamedTuple

import tensorflow as tf

from ner.inference.models.thresholds import Thresholds
from ner.text.labels import OUTSIDE, Labels, split_label


class Entities(NamedTuple):
    """Entities of N texts in order, ragged [N, E] each: the type, the first word, the one after the last (int32), and
    the mean confidence of the words (float64).
    """

    types: tf.RaggedTensor
    first_words: tf.RaggedTensor
    end_words: tf.RaggedTensor
    confidences: tf.RaggedTensor


def entities_of(labels: Labels, label_ids: tf.RaggedTensor, confidences: tf.RaggedTensor) -> Entities:
    """The entities of words with `label_ids` ragged int32 [N, W] and `confidences` ragged float64 [N, W]."""
    prefixes, types = zip(*map(split_label, labels.names), strict=True)
    ids, rows = label_ids.flat_values, label_ids.value_rowids()
    type_of = tf.gather(tf.constant(types), ids)  # "" for O
    inside = type_of != ""
    same_row = rows[1:] == rows[:-1]
    goes_on = inside & ~_begins(ids, type_of, same_row, tf.constant([prefix == "B" for prefix in prefixes]))
    starts = inside & ~goes_on
    ends = inside & ~tf.concat([goes_on[1:], [False]], axis=0)
    position = tf.range(tf.size(ids)) - tf.cast(tf.gather(label_ids.row_starts(), rows), tf.int32)
    entity = tf.cumsum(tf.cast(starts, tf.int32)) - 1
    means = tf.math.segment_mean(tf.boolean_mask(confidences.flat_values, inside), tf.boolean_mask(entity, inside))
    found = (
        tf.boolean_mask(type_of, starts),
        tf.boolean_mask(position, starts),
        tf.boolean_mask(position, ends) + 1,
        means,
    )
    of_text = tf.boolean_mask(rows, starts)
    return Entities(*(tf.RaggedTensor.from_value_rowids(values, of_text, label_ids.nrows()) for values in found))


def confident_labels(
    labels: Labels, label_ids: tf.RaggedTensor, confidences: tf.RaggedTensor, thresholds: Thresholds
) -> tf.RaggedTensor:
    """`label_ids` with O for the words of entities whose confidence is below the threshold of their type.

    Arguments as in `entities_of`; see `ner.inference.doc.Doc.confident`.
    """
    entities, ids = entities_of(labels, label_ids, confidences), label_ids.flat_values
    limits = tf.constant([thresholds.get(split_label(name)[1], 0.0) for name in labels.names], tf.float64)
    first_ids = tf.gather(label_ids, entities.first_words, batch_dims=1).flat_values
    is_weak = entities.confidences.flat_values < tf.gather(limits, first_ids)
    outside = labels.ids[OUTSIDE]
    inside = tf.where(ids != outside)  # the words of all entities, one after another
    lengths = (entities.end_words - entities.first_words).flat_values
    changed = tf.where(tf.repeat(is_weak, lengths), outside, tf.gather_nd(ids, inside))
    return label_ids.with_flat_values(tf.tensor_scatter_nd_update(ids, inside, changed))


def _begins(ids: tf.Tensor, types: tf.Tensor, same_row: tf.Tensor, is_b: tf.Tensor) -> tf.Tensor:
    """Whether an entity begins at a word if it is in one, bool [W]: by B-, after another type, or after O."""
    continued = tf.concat([[False], same_row & (types[1:] == types[:-1])], axis=0)[: tf.size(ids)]
    return tf.gather(is_b, ids) | ~continued
