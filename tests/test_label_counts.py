from collections import Counter

import numpy as np
import pytest

from ner.errors import InputError
from ner.records import example, tfrecord
from ner.records.label_counts import LabelCounts, count_labels
from tests.conftest import invented_sentences, write_records


def test_counts_are_those_of_the_records(tmp_path):
    dataset = write_records(tmp_path, {"train": invented_sentences(25)})
    counts = count_labels(dataset, str(tmp_path))
    records = [
        example.decode(one)
        for path in dataset.shard_paths(str(tmp_path), "train")
        for one in tfrecord.read_records(path, dataset.compression)
    ]
    expected = Counter(label for record in records for label in record.label_ids.tolist())
    assert counts.characters.tolist() == [expected[label] for label in range(len(dataset.labels))]
    assert counts.sentences == Counter(frozenset(record.label_ids.tolist()) for record in records)
    assert counts.total_sentences == 25
    inside = dataset.labels.ids["I-LOC"]
    assert counts.sentences_with(frozenset({inside})) == sum(inside in record.label_ids for record in records)


def test_from_json_inverts_to_json():
    counts = LabelCounts(np.array([5, 2]), {frozenset({0}): 3, frozenset({0, 1}): 1})
    read = LabelCounts.from_json(counts.to_json(), "here")
    assert read.sentences == counts.sentences
    assert read.characters.tolist() == [5, 2]
    with pytest.raises(InputError, match=r"label_counts\.json: not counts of labels .* delete the file"):
        LabelCounts.from_json("{}", "work/label_counts.json")
