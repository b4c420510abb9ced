import dataclasses
import json
from collections import Counter

import numpy as np
import pytest

from ner.data import example, tfrecord
from ner.data.label_counts import PHASES, LabelCounts, count_labels
from ner.data.tfrecord import DamagedShardError
from ner.text.labels import Labels
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
    sets = Counter()
    for (label_ids, phase), number in counts.sentences.items():
        assert 0 <= phase < PHASES
        sets[label_ids] += number
    assert sets == Counter(frozenset(record.label_ids.tolist()) for record in records)
    assert len({phase for _, phase in counts.sentences}) > PHASES // 4
    assert counts.total_sentences == 25
    inside = dataset.labels.ids["I-LOC"]
    assert counts.sentences_with(frozenset({inside})) == sum(inside in record.label_ids for record in records)


def test_from_json_inverts_to_json():
    counts = LabelCounts(np.array([5, 2]), {(frozenset({0}), 5): 3, (frozenset({0, 1}), 0): 1})
    read = LabelCounts.from_json(json.loads(json.dumps(counts.to_json())))
    assert read.sentences == counts.sentences
    assert read.characters.tolist() == [5, 2]


def test_a_label_that_the_dataset_does_not_have_is_named(tmp_path):
    dataset = write_records(tmp_path, {"train": invented_sentences(5)})
    fewer = dataclasses.replace(dataset, labels=Labels(dataset.labels.names[:3]))
    with pytest.raises(DamagedShardError, match=r"train: a record holds a label id that dataset\.json does not know"):
        count_labels(fewer, str(tmp_path))
