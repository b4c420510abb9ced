"""Texts are cut at the marks that `--lone_marks` names, whatever their format, and so is what is tagged later."""

import json

import pyarrow
import pyarrow.parquet
import pytest

from data_tools.building.one_split import build_split
from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.building.report import describe
from data_tools.readers.read_options import ReadOptions
from ner.data import example
from ner.data.tfrecord import read_records
from ner.errors import InputError
from tests.built_records import sentences

TEXT = "Oxol-led pre-Mirrin"
SPANS = [[0, 4, "DRUG"], [13, 19, "LOC"]]
RECORD = {"text": TEXT, "entities": SPANS}
WHOLE, CUT = "Oxol-led/B-DRUG pre-Mirrin/B-LOC", "Oxol/B-DRUG -/O led/O pre/O -/O Mirrin/B-LOC"


def write(folder, kind):
    """The file of a format, and the format's name."""
    if kind == "brat":
        (folder / "a.txt").write_text(TEXT)
        lines = (f"T{start}\t{name} {start} {end}\t{TEXT[start:end]}\n" for start, end, name in SPANS)
        (folder / "a.ann").write_text("".join(lines))
        return folder / "a.txt"
    if kind == "parquet":
        spans = [{"start": start, "end": end, "label": name} for start, end, name in SPANS]
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist([{"text": TEXT, "entities": spans}]), folder / "a")
        return folder / "a"
    (folder / "a").write_text(json.dumps(RECORD) + "\n" if kind == "jsonl" else json.dumps([RECORD], indent=1))
    return folder / "a"


def build(folder, path, lone_marks="", **options):
    read = ReadOptions(lone_marks=lone_marks)
    sources = {"train": (str(path),)}
    asked = BuildOptions(sources=sources, output_dir=str(folder / "records"), workers=1, read=read, **options)
    built = build_records(asked)
    return built, describe(built, asked, 1.0)


@pytest.mark.parametrize("kind", ["jsonl", "json", "parquet", "brat"])
@pytest.mark.parametrize(("lone_marks", "expected"), [("", WHOLE), ("-", CUT), (",'", WHOLE)])
def test_entities_end_at_them(tmp_path, kind, lone_marks, expected):
    built, told = build(tmp_path, write(tmp_path, kind), lone_marks=lone_marks)
    assert sentences(tmp_path / "records") == [expected]
    assert set(built.dataset.lone_marks) == set(lone_marks)
    asked = "(they end there with --lone_marks=-)"
    assert (asked in told) == (expected == WHOLE)


def test_a_boundary_that_no_mark_stands_at_has_no_such_remedy(tmp_path):
    (tmp_path / "a").write_text(json.dumps({"text": "Oxols don't", "entities": [[0, 4, "DRUG"], [6, 8, "LOC"]]}))
    told = build(tmp_path, tmp_path / "a")[1]
    assert "2 entity boundaries moved" in told
    assert "--lone_marks" not in told


@pytest.mark.parametrize(("lone_marks", "tokens"), [("", 2), ("-", 6)])
def test_plain_text_is_cut_at_them(tmp_path, lone_marks, tokens):
    (tmp_path / "a").write_text(TEXT)
    built, _ = build(tmp_path, tmp_path / "a", lone_marks, plain_text=True)
    assert built.dataset.split("train").tokens == tokens


@pytest.mark.parametrize(("lone_marks", "tokens"), [("", 2), ("-", 4)])
def test_tokens_of_raw_text_are_cut_at_them(tmp_path, lone_marks, tokens):
    (tmp_path / "a").write_text("Oxol-led B-DRUG\nit O\n")
    built, _ = build(tmp_path, tmp_path / "a", lone_marks, raw_tokens=1.0)
    assert built.dataset.split("train").tokens == tokens


def test_further_files_are_cut_as_the_text_that_the_model_was_trained_on(tmp_path):
    path = write(tmp_path, "jsonl")
    like = build(tmp_path, path, lone_marks="-")[0].dataset
    built, _ = build_split("more", [str(path)], str(tmp_path / "built"), like, ReadOptions())
    [record] = read_records(built.shard_paths(str(tmp_path / "built"), "more")[0], built.compression)
    assert example.decode(record).sentence(built.labels).tagged_text == CUT.replace("/O", "")


def test_another_mark_is_named():
    with pytest.raises(InputError, match=r"--lone_marks=-/: '/' is not one of '&,-.:@#, the marks that a token of"):
        ReadOptions(lone_marks="-/")
