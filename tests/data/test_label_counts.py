import json
from collections import Counter

import numpy as np
import pytest
import tensorflow as tf

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from ner.data import example, tfrecord
from ner.data.label_counts import PHASES, LabelCounts, phases
from tests.conftest import invented_sentences, write_records


def test_counts_are_those_of_the_records(tmp_path):
    dataset = write_records(tmp_path, {"train": invented_sentences(25)})
    counts = dataset.label_counts
    records = [
        example.decode(one)
        for path in dataset.shard_paths(str(tmp_path), "train")
        for one in tfrecord.read_records(path, dataset.compression)
    ]
    expected = Counter(label for record in records for label in record.label_ids.tolist())
    assert counts.characters == tuple(expected[label] for label in range(len(dataset.labels)))
    assert counts.sentences == Counter(
        (frozenset(record.label_ids.tolist()), int(phases(np.int64(record.source), np.int64(record.line))))
        for record in records
    )
    assert counts.total_sentences == 25
    inside = dataset.labels.ids["I-LOC"]
    assert counts.sentences_with(frozenset({inside})) == sum(inside in record.label_ids for record in records)


def test_a_build_counts_the_labels_of_all_shards(tmp_path):
    (tmp_path / "train.txt").write_text("EU B-ORG\n\nsaid O\n\nNew B-LOC\nYork I-LOC\n")
    options = BuildOptions(sources={"train": (f"{tmp_path}/train.txt",)}, output_dir=f"{tmp_path}/records", shards=3)
    dataset = build_records(options).dataset
    assert dict(zip(dataset.labels.names, dataset.label_counts.characters, strict=True)) == {
        "O": len("said"),
        "B-LOC": len("New"),
        "I-LOC": len(" York"),
        "B-ORG": len("EU"),
    }
    assert dataset.label_counts.total_sentences == 3


def test_phases_are_evenly_spread_and_the_same_in_numpy_and_tensorflow():
    lines, sources = np.arange(1, 40_001, 4), np.repeat(np.arange(2), 5_000)
    found = phases(sources, lines)
    assert np.bincount(found, minlength=PHASES) == pytest.approx(np.full(PHASES, 10_000 / PHASES), rel=0.1)
    np.testing.assert_array_equal(phases(tf.constant(sources), tf.constant(lines)).numpy(), found)
    last = np.array([2**62])
    np.testing.assert_array_equal(phases(tf.constant(last), tf.constant(last)).numpy(), phases(last, last))


def test_counts_add_up():
    label_ids, phase = np.array([0, 0, 1, 2, 2, 0], np.uint8), np.array([3, 3, 7])
    parts = [
        LabelCounts.of_sentences(label_ids[:2], np.array([0, 2]), phase[:1], 4),
        LabelCounts.of_sentences(label_ids[2:], np.array([0, 2, 4]), phase[1:], 4),
    ]
    whole = LabelCounts.of_sentences(label_ids, np.array([0, 2, 4, 6]), phase, 4)
    assert sum(parts, LabelCounts()) == whole
    assert whole.characters == (3, 1, 2, 0)
    assert whole.sentences == {(frozenset({0}), 3): 1, (frozenset({1, 2}), 3): 1, (frozenset({0, 2}), 7): 1}


def test_from_json_inverts_to_json():
    counts = LabelCounts((5, 2), {(frozenset({0}), 5): 3, (frozenset({0, 1}), 0): 1})
    assert LabelCounts.from_json(json.loads(json.dumps(counts.to_json()))) == counts


@pytest.mark.parametrize(
    "content", [{"characters": [1], "sentences": {"0 x": "1"}}, {"characters": "x", "sentences": {}}]
)
def test_from_json_refuses_what_is_no_count(content):
    with pytest.raises(TypeError, match="label counts"):
        LabelCounts.from_json(content)
