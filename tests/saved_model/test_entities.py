import itertools

import numpy as np
import pytest
import tensorflow as tf

from ner.inference.doc import Doc
from ner.saved_model.entities import confident_labels, entities_of
from ner.text.labels import Labels
from ner.text.spans import spans_of
from ner.text.tokenizer import TokenizedText

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


@pytest.mark.parametrize("rows", [[[]], [[0]], [], list(itertools.product(range(5), repeat=3))])
@pytest.mark.parametrize("limits", [{"LOC": 0.6, "PER": 0.3}, {"LOC": np.inf, "PER": 0.0}])
def test_entities_below_their_threshold_are_left_out_as_by_the_tagger(rows, limits):
    label_ids = tf.ragged.constant([list(row) for row in rows], tf.int32, ragged_rank=1)
    confidences = label_ids.with_flat_values(
        tf.constant(np.random.default_rng(1).uniform(size=label_ids.flat_values.shape[0]))
    )
    found = confident_labels(LABELS, label_ids, confidences, limits)
    for row, own, labels in zip(rows, confidences.to_list(), found.to_list(), strict=True):
        text = TokenizedText.from_tokens(["x"] * len(row))
        wanted = Doc(text, LABELS.tags(row), tuple(own)).confident(limits)
        assert LABELS.tags(labels) == wanted.tags
