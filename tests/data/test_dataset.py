import dataclasses
import json
from pathlib import Path

import pytest

from ner.data import dataset as records_dataset
from ner.data.dataset import Dataset
from ner.data.tfrecord import DamagedShardError
from ner.errors import InputError
from ner.text.spacing import AS_WRITTEN, BETWEEN_TOKENS


def test_from_json_inverts_to_json(records):
    folder, dataset = records
    assert records_dataset.load(folder) == dataset
    assert Dataset.from_json(dataset.to_json(), "here") == dataset


@pytest.mark.parametrize(
    ("dialect", "spacing"),
    [
        ({"format": "columns", "misc_column": None}, BETWEEN_TOKENS),
        ({"format": "columns", "misc_column": 9}, AS_WRITTEN),
        ({"format": "jsonl"}, AS_WRITTEN),
    ],
)
def test_spacing_of_records_that_do_not_name_it_follows_from_their_format(records, dialect, spacing):
    content = json.loads(records[1].to_json())
    del content["spacing"]
    content["splits"]["train"]["dialect"] = dialect
    assert Dataset.from_json(json.dumps(content), "here").spacing == spacing


def test_records_that_do_not_name_lone_marks_have_none(records):
    content = json.loads(dataclasses.replace(records[1], lone_marks="-").to_json())
    assert Dataset.from_json(json.dumps(content), "here").lone_marks == "-"
    del content["lone_marks"]
    assert Dataset.from_json(json.dumps(content), "here").lone_marks == ""


def test_fingerprint_tells_datasets_apart(records):
    _, dataset = records
    changed = json.loads(dataset.to_json())
    changed["splits"]["train"]["sources"] = ["elsewhere/train.txt"]
    assert Dataset.from_json(json.dumps(changed), "here").fingerprint == dataset.fingerprint
    changed["splits"]["train"]["shards"][0]["sha256"] = "0" * 64
    assert Dataset.from_json(json.dumps(changed), "here").fingerprint != dataset.fingerprint


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", r"dataset\.json: not a dataset\.json of this project .*build it again"),
        ("[]", "not a dataset.json"),
        ('{"format_version": 99}', "format version 99, but this program reads version 2"),
        ('{"format_version": 2}', "not a dataset.json .*KeyError"),
    ],
)
def test_load_names_a_file_that_is_no_dataset(tmp_path, content, message):
    (tmp_path / "dataset.json").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        records_dataset.load(str(tmp_path))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("shards", 0, "file"), 7),
        (("shards", 0, "bytes"), None),
        (("shards", 0, "records"), -1),
        (("shards", 1), {}),
        (("sentences",), "40"),
        (("tokens",), True),
        (("entities",), []),
        (("sources",), 3),
    ],
)
def test_load_names_a_file_with_values_that_no_build_writes(records, path, value):
    file = Path(records[0]) / "dataset.json"
    content = json.loads(file.read_text())
    place = content["splits"]["train"]
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    file.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"dataset\.json: not a dataset\.json of this project .*build it again"):
        records_dataset.load(records[0])


def test_load_names_what_is_missing(tmp_path):
    with pytest.raises(InputError, match="no such folder"):
        records_dataset.load(str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match=r"no dataset\.json in this folder"):
        records_dataset.load(str(tmp_path))


def test_split_lists_the_splits_there_are(records):
    with pytest.raises(InputError, match="no split 'dev', only train, validation, test"):
        records[1].split("dev")


def test_check_sizes_names_a_split_whose_sentences_are_not_its_records(records):
    folder, dataset = records
    changed = {"train": dataclasses.replace(dataset.split("train"), sentences=41)}
    message = r"dataset\.json: train: 41 sentences, but 40 records in its shards; build the records again"
    with pytest.raises(DamagedShardError, match=message):
        records_dataset.check_sizes(dataclasses.replace(dataset, splits=changed), folder, ("train",))


def test_check_sizes_names_the_shard_that_is_missing_or_cut(records):
    folder, dataset = records
    records_dataset.check_sizes(dataset, folder, ("train", "test"))
    shard = Path(folder) / dataset.split("test").shards[1].file
    shard.write_bytes(shard.read_bytes()[:-1])
    records_dataset.check_sizes(dataset, folder, ("train",))
    with pytest.raises(DamagedShardError, match=r"test-00001-of-00003\.tfrecord: .* the shard was cut short"):
        records_dataset.check_sizes(dataset, folder, ("test",))
    shard.unlink()
    with pytest.raises(DamagedShardError, match=r"test-00001-of-00003\.tfrecord: the shard is missing"):
        records_dataset.check_sizes(dataset, folder, ("test",))
