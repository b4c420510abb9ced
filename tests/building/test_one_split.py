"""Records of further files for a model that is there: they have the spaces of its training text."""

import json
from dataclasses import replace

import pytest

from data_tools.building.one_split import build_split
from data_tools.readers.read_options import ReadOptions
from ner.data import example
from ner.data.tfrecord import read_records
from ner.errors import InputError
from ner.text.labels import Labels
from ner.text.spacing import AS_WRITTEN, BETWEEN_TOKENS
from tests.conftest import invented_sentences, write_records

COLUMNS = "Ada\tB-PER\n,\tO\nBo\tB-PER\n-\tI-PER\nJo\tI-PER\n.\tO\n"
IN_TEXT = {"text": "Ada, Bo - Jo.", "spans": [[0, 3, "PER"], [5, 12, "PER"]]}


@pytest.mark.parametrize(
    ("spacing", "file", "expected"),
    [
        (BETWEEN_TOKENS, "columns", "Ada , Bo - Jo ."),
        (BETWEEN_TOKENS, "jsonl", "Ada , Bo - Jo ."),
        (AS_WRITTEN, "columns", "Ada, Bo-Jo."),
        (AS_WRITTEN, "jsonl", "Ada, Bo - Jo."),
    ],
)
def test_sentences_have_the_spaces_of_the_training_text(tmp_path, spacing, file, expected):
    content = COLUMNS if file == "columns" else json.dumps(IN_TEXT) + "\n"
    path = tmp_path / "more"
    path.write_text(content)
    like = replace(write_records(tmp_path / "records", {"train": invented_sentences(6)}), spacing=spacing)
    built, skipped = build_split("more", [str(path)], str(tmp_path / "built"), like, ReadOptions())
    assert (built.spacing, skipped) == (spacing, "")
    [shard] = built.shard_paths(str(tmp_path / "built"), "more")
    [record] = read_records(shard, built.compression)
    found = example.decode(record).sentence(built.labels)
    assert found.text == expected
    assert found.tags == ("B-PER", "O", "B-PER", "I-PER", "I-PER", "O")


def test_a_longer_entity_than_the_model_was_trained_on_is_named(tmp_path):
    path = tmp_path / "more.txt"
    path.write_text(COLUMNS)
    like = write_records(tmp_path / "records", {"train": invented_sentences(6)})
    like = replace(like, labels=Labels(("O", "B-LOC", "B-PER")))
    message = r"txt:4: label 'I-PER' .*; each PER .* is one token: .*, or train on .*--labels=O,B-LOC,B-PER,I-PER$"
    with pytest.raises(InputError, match=message):
        build_split("more", [str(path)], str(tmp_path / "built"), like, ReadOptions())
