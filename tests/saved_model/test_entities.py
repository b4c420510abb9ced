import itertools

import numpy as np
import pytest
import tensorflow as tf

from ner.saved_model.entities import entities_of
from ner.text.labels import Labels
from ner.text.spans import spans_of

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))


@pytest.mark.parametrize(
    "rows", [[[]], [[0]], [], list(itertools.product(range(5), repeat=3)), [[1], [], [2, 2, 1], [2]]]
)
def test_entities_are_the_spans_of_the_tags_and_confidences_are_means(rows):
    label_ids = tf.ragged.constant([list(row) for row in rows], tf.int32, ragged_rank=1)
    weights = tf.cast(tf.range(tf.size(label_ids.flat_values)), tf.float64)
    found = entities_of(LABELS, label_ids, label_ids.with_flat_values(weights))
    confidences = label_ids.with_flat_values(weights).to_list()
    for index, row in enumerate(rows):
        spans = spans_of([LABELS.names[label] for label in row])
        columns = (found.types, found.first_words, found.end_words)
        got = list(zip(*(column[index].numpy().tolist() for column in columns), strict=True))
        assert got == [(span.type.encode(), span.start, span.end) for span in spans]
        means = [np.mean(confidences[index][span.start : span.end]) for span in spans]
        np.testing.assert_allclose(found.confidences[index], means, rtol=1e-6)
