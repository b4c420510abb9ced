"""No id reaches a model that its embedding or its output does not have: on a GPU that would be zeros, not an error."""

import tensorflow as tf

from ner.data.dataset import FILE_NAME, Dataset

NOT_KNOWN = f"id that {FILE_NAME} does not know"


def assert_ids_in_range(dataset: Dataset, char_ids: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The same ids and labels, int32 [B, T], in a graph that fails with InvalidArgumentError on one beyond `dataset`'s.

    Negative labels, those of padding and of unannotated characters, are fine.
    """
    checks = []
    for ids, count, what in ((char_ids, len(dataset.vocabulary), "character"), (labels, len(dataset.labels), "label")):
        message = f"a record holds a {what} {NOT_KNOWN}: it names {count}"
        checks.append(tf.debugging.assert_less(tf.reduce_max(ids), count, message))
    with tf.control_dependencies(checks):
        return tf.identity(char_ids), tf.identity(labels)
