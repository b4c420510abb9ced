"""Parquet tables of tokens with tags, by name or by number, and of text with spans."""

import json

import pytest
from hypothesis import given

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from ner.errors import InputError
from tests.readers.written import equal, read, sentences, shown, spans_in

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def write(path, records, names=(), **options):
    table = pyarrow.Table.from_pylist(records)
    if names:
        features = {"ner_tags": {"feature": {"names": list(names), "_type": "ClassLabel"}, "_type": "Sequence"}}
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    parquet.write_table(table, path, **options)
    return path


NUMBERED = [{"tokens": ["EU", "is"], "ner_tags": [1, 0]}, {"tokens": ["Bo"], "ner_tags": [2]}]


def test_names_of_tags_are_those_of_the_table_or_of_the_flag(tmp_path):
    path = write(tmp_path / "a.parquet", NUMBERED, ("O", "B-ORG", "B-PER"))
    assert shown(read(path, "parquet")[0]) == ["EU/B-ORG is", "Bo/B-PER"]
    assert shown(read(path, "parquet", label_names=("O,B-X,B-Y",))[0]) == ["EU/B-X is", "Bo/B-Y"]
    with pytest.raises(InputError, match=r"b.parquet:1: tags are numbers, here 1, but their names are not known"):
        read(write(tmp_path / "b.parquet", NUMBERED), "parquet")


def test_faults_are_named_by_their_row_in_any_group(tmp_path):
    records = [{"tokens": ["a"], "ner_tags": [tag]} for tag in ("O", "B-X", "b-x", "O")]
    path = write(tmp_path / "a.parquet", records, row_group_size=2)
    with pytest.raises(InputError, match=r"a.parquet:3: tag 'b-x' is not O"):
        read(path, "parquet")
    built = BuildOptions(sources={"train": (str(path),)}, output_dir=str(tmp_path / "records"), workers=1)
    with pytest.raises(InputError, match=r"a.parquet:3: tag 'b-x' is not O"):
        build_records(built)


def test_a_damaged_table_is_named(tmp_path):
    path = write(tmp_path / "a.parquet", NUMBERED)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"a.parquet: a damaged Parquet table"):
        read(path, "parquet")


@given(sentences())
def test_written_sentences_are_read_back(tmp_path_factory, written):
    path = tmp_path_factory.getbasetemp() / "written.parquet"
    spans = [[dict(zip(("start", "end", "label"), span, strict=True)) for span in spans_in(one)] for one in written]
    write(path, [{"text": one.text, "spans": own} for one, own in zip(written, spans, strict=True)], row_group_size=2)
    assert equal(read(path, "parquet")[0], written)
