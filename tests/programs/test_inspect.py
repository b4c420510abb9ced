"""Every damage to a folder of records is found and named; whole records are counted and shown."""

import subprocess
import sys
from pathlib import Path

import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.building.stats import SplitStats
from data_tools.inspection.report import describe
from data_tools.inspection.verify import inspect_records
from ner.data import tfrecord
from ner.data.dataset import FILE_NAME, load
from ner.data.example import decode
from ner.errors import InputError

TRAIN = "EU B-ORG\nrejects O\n\nNew B-LOC\nYork I-LOC\n\nPeter B-PER\nis O\nhere O\n\nBerlin B-LOC\n! O\n"


@pytest.fixture(params=["", "GZIP"])
def records(tmp_path, request) -> Path:
    """Two training shards of two sentences each, and one of test."""
    return build(tmp_path / "records", TRAIN, compression=request.param)


def build(folder: Path, text: str, compression: str = "") -> Path:
    folder.parent.mkdir(exist_ok=True)
    train, test = folder.parent / "train.txt", folder.parent / "test.txt"
    train.write_text(text)
    test.write_text("Öl O\nin O\nYork B-LOC\n")
    sources = {"train": (str(train),), "test": (str(test),)}
    build_records(BuildOptions(sources=sources, output_dir=str(folder), shards=2, compression=compression, workers=1))
    return folder


def damage_of(records: Path) -> list[str]:
    """The lines of damage, without the folder's name."""
    return [line.removeprefix(f"{records}/") for line in inspect_records(str(records)).damage]


def test_inspect_finds_nothing_wrong_with_a_build(records):
    assert damage_of(records) == []


def test_inspect_names_a_missing_and_an_extra_shard(records):
    (records / "train-00001-of-00002.tfrecord").rename(records / "train-00007-of-00008.tfrecord")
    assert damage_of(records) == [
        "train-00001-of-00002.tfrecord: the shard is missing",
        "train-00007-of-00008.tfrecord: dataset.json names no such shard; is it of another build?",
    ]


def test_inspect_names_the_record_in_which_a_shard_is_cut_short(records):
    shard = records / "train-00000-of-00002.tfrecord"
    content = shard.read_bytes()
    shard.write_bytes(content[:-20])
    first, second = damage_of(records)
    assert first.startswith("train-00000-of-00002.tfrecord: record ")
    assert second == (
        f"{shard.name}: {len(content) - 20} bytes, but dataset.json says {len(content)}: cut short, or of another build"
    )


def test_inspect_names_the_record_with_a_flipped_bit(tmp_path):
    records = build(tmp_path / "records", TRAIN)
    shard = records / "train-00001-of-00002.tfrecord"
    content = bytearray(shard.read_bytes())
    content[-30] ^= 1
    shard.write_bytes(content)
    assert damage_of(records) == [
        "train-00001-of-00002.tfrecord: record 1: the checksum of the record's data does not match"
    ]


def test_inspect_names_a_flipped_bit_in_a_gzip_shard(tmp_path):
    records = build(tmp_path / "records", TRAIN, compression="GZIP")
    shard = records / "train-00001-of-00002.tfrecord"
    content = bytearray(shard.read_bytes())
    content[-20] ^= 1
    shard.write_bytes(content)
    assert any("train-00001-of-00002.tfrecord: " in line for line in damage_of(records))


def test_inspect_names_shards_that_changed_places(records):
    first, second = (records / f"train-0000{number}-of-00002.tfrecord" for number in (0, 1))
    first.rename(records / "aside")
    second.rename(first)
    (records / "aside").rename(second)
    assert damage_of(records) == [
        f"{first.name}: it holds the content of {second.name}: shards were mixed up",
        f"{second.name}: it holds the content of {first.name}: shards were mixed up",
    ]


def test_inspect_names_a_shard_of_another_build(records, tmp_path):
    # The same characters and lengths, so that only the checksum tells.
    other = build(tmp_path / "other" / "records", TRAIN.replace("rejects", "stcejer"), load(str(records)).compression)
    name = "train-00000-of-00002.tfrecord"
    (records / name).write_bytes((other / name).read_bytes())
    (line,) = damage_of(records)
    assert line.startswith(f"{name}: ")
    assert line.endswith("of another build") or line.endswith("is it of another build?")


def test_inspect_names_a_dataset_json_that_belongs_to_other_shards(tmp_path):
    records = build(tmp_path / "records", TRAIN)
    path = records / FILE_NAME
    text = path.read_text()
    path.write_text(text.replace('"tokens": 9', '"tokens": 10').replace('"LOC": 2', '"LOC": 3'))
    assert damage_of(records) == [
        "dataset.json: train: says 10 tokens, but the shards hold 9",
        "dataset.json: train: says {'LOC': 3, 'ORG': 1, 'PER': 1} entities, but the shards hold "
        "{'LOC': 2, 'ORG': 1, 'PER': 1}",
    ]
    path.write_text(text.replace('"records": 2', '"records": 3'))
    assert damage_of(records)[0] == "train-00000-of-00002.tfrecord: 2 records, but dataset.json says 3"
    path.write_text(text.replace(',\n  "B-PER"', ""))
    assert damage_of(records)[0] == ("train-00001-of-00002.tfrecord: record 0: label id 4, but dataset.json names 4")


def test_inspect_compares_the_number_of_tokens_that_nobody_annotated(tmp_path):
    records = build(tmp_path / "records", "Bo B-PER\nsaw O\nher -\n\nin O\nYork B-LOC\n")
    assert damage_of(records) == []
    path = records / FILE_NAME
    path.write_text(path.read_text().replace('"not_annotated": 1', '"not_annotated": 2'))
    assert damage_of(records) == [
        "dataset.json: train: says 2 tokens without annotation, but the shards hold 1",
    ]


def test_inspect_names_text_and_ids_that_do_not_belong_together(tmp_path):
    records = build(tmp_path / "records", TRAIN)
    path = records / FILE_NAME
    path.write_text(path.read_text().replace('"B",\n  "E"', '"E",\n  "B"'))
    assert damage_of(records)[0] == (
        "train-00000-of-00002.tfrecord: record 0: the character ids are not those of its text"
    )


def test_inspect_names_a_record_that_is_no_example(tmp_path):
    records = build(tmp_path / "records", TRAIN)
    shard = records / "test-00000-of-00001.tfrecord"
    shard.write_bytes(tfrecord.frame(b"\xff\xff") * 3)
    first, second = damage_of(records)
    assert first.startswith(f"{shard.name}: record 0: not a tf.train.Example")
    assert first.endswith("(and 2 more records)")
    assert "bytes, but dataset.json says" in second


def test_inspect_refuses_a_folder_without_records(tmp_path):
    with pytest.raises(InputError, match=r"no dataset.json in this folder; name a folder that .*data_tools.build"):
        inspect_records(str(tmp_path))


def test_inspect_refuses_a_split_that_was_not_built(records):
    with pytest.raises(InputError, match=r"no split 'validation', only train, test"):
        inspect_records(str(records), split="validation")


def test_tally_takes_percentiles_of_lengths():
    stats = SplitStats()
    stats.lengths.update({5: 50, 7: 40, 20: 9, 300: 1})
    assert [stats.length_at(percent) for percent in (1, 50, 51, 90, 99, 100)] == [5, 5, 7, 7, 20, 300]


def test_tally_adds_up_over_shards(tmp_path):
    records = build(tmp_path / "records", TRAIN)
    dataset = load(str(records))
    whole, added = SplitStats(), SplitStats()
    for path in dataset.shard_paths(str(records), "train"):
        part = SplitStats()
        for record in map(decode, tfrecord.read_records(path)):
            part.add_record(record)
            whole.add_record(record)
        added.add(part)
    assert (added.sentences, added.tokens, added.characters) == (whole.sentences, whole.tokens, whole.characters)
    assert (added.sentences, added.tokens, added.characters) == (4, 9, 39)
    assert added.entities(dataset.labels) == {"LOC": 2, "ORG": 1, "PER": 1}


def test_report_shows_counts_shares_and_sentences(records):
    inspection = inspect_records(str(records), num_shown=1)
    report = describe(inspection.found, inspection.dataset.labels)
    rows = {line.split("  ")[0]: line.split()[-2:] for line in report.splitlines() if line and ": " not in line}
    assert rows["sentences"] == ["4", "1"]
    assert rows["tokens"] == ["9", "3"]
    assert rows["unknown characters"] == ["0.000%", "10.000%"]
    assert rows["longest"] == ["13", "10"]
    assert rows["LOC"] == ["2", "1"]
    assert rows["B-LOC"] == ["23.077%", "40.000%"]
    assert "train: Peter/B-PER is here" in report
    assert "test: Öl in York/B-LOC" in report


def test_inspect_is_the_same_with_several_processes(records):
    alone, together = (inspect_records(str(records), num_shown=2, workers=workers) for workers in (1, 2))
    labels = alone.dataset.labels
    assert describe(alone.found, labels) == describe(together.found, labels)


def test_inspect_program_exits_with_1_on_damage_only(tmp_path):
    records = build(tmp_path / "records", TRAIN)
    command = [sys.executable, "-m", "data_tools.inspect", f"--records={records}", "--split=test"]
    whole = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert f"{records}: every shard is as it was built" in whole.stdout
    (records / "test-00000-of-00001.tfrecord").unlink()
    damaged = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert damaged.returncode == 1
    assert "test-00000-of-00001.tfrecord: the shard is missing" in damaged.stdout
