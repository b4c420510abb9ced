"""Parquet tables of tokens with tags, by name or by number, and of text with spans."""

import gzip
import json
from random import Random

import pytest
from hypothesis import given

from data_tools.building.hash_split import HashSplitOptions
from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.readers.base import ReadCounts, SourceRange
from data_tools.readers.json.parquet import open_reader
from data_tools.readers.read_options import ReadOptions
from ner.errors import InputError
from tests.readers.written import equal, read, sentences, shown, spans_in, survive

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def class_label(names):
    return {"names": list(names), "_type": "ClassLabel"}


def write(path, records, names=(), features=None, **options):
    table = pyarrow.Table.from_pylist(records)
    if names:
        features = {"ner_tags": {"feature": class_label(names), "_type": "Sequence"}}
    if features:
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


def test_empty_tokens_are_dropped_as_asked(tmp_path):
    path = write(tmp_path / "a.parquet", [{"tokens": ["EU", "\n"], "ner_tags": ["B-ORG", "O"]}])
    assert shown(read(path, "parquet", empty_token="drop")[0]) == ["EU/B-ORG"]


NAMES = class_label(("O", "B-ORG", "B-PER"))


@pytest.mark.parametrize("column", ["ner_tags", "tags", "labels", "ner"])
@pytest.mark.parametrize("feature", [{"feature": NAMES, "_type": "List"}, [NAMES]], ids=["feature", "list"])
def test_names_are_those_of_the_column_that_holds_the_tags(tmp_path, column, feature):
    records = [{"tokens": ["EU", "is"], column: [1, 0]}]
    assert shown(read(write(tmp_path / "a.parquet", records, features={column: feature}), "parquet")[0]) == [
        "EU/B-ORG is"
    ]


def test_names_of_another_column_are_not_taken(tmp_path):
    records = [{"tokens": ["EU", "is"], "ner_tags": [1, 0], "tags": [1, 0]}]
    path = write(tmp_path / "a.parquet", records, features={"tags": {"feature": NAMES, "_type": "Sequence"}})
    with pytest.raises(InputError, match=r"a.parquet:1: tags are numbers, here 1, but their names are not known"):
        read(path, "parquet")


def test_names_of_documents_are_not_taken(tmp_path):
    records = [{"tokens": ["EU", "is"], "labels": 1, "ner": [1, 0]}]
    features = {"labels": class_label(("news", "blog")), "ner": {"feature": NAMES, "_type": "Sequence"}}
    assert shown(read(write(tmp_path / "a.parquet", records, features=features), "parquet")[0]) == ["EU/B-ORG is"]


def test_tables_of_a_split_number_their_tags_alike(tmp_path):
    paths = [
        str(write(tmp_path / f"{number}.parquet", NUMBERED, names))
        for number, names in enumerate([("O", "B-ORG", "B-PER"), ("O", "B-PER", "B-ORG"), ()])
    ]
    with pytest.raises(InputError, match=r"1.parquet: the tags O, B-PER, B-ORG, but .*0.parquet has the tags O, B-ORG"):
        open_reader(paths, ReadOptions())
    assert open_reader(paths, ReadOptions(label_names=("O,B-X,B-Y",)))
    assert open_reader([paths[0], paths[2]], ReadOptions()).form == open_reader(paths[:1], ReadOptions()).form


def test_faults_are_named_by_their_row_in_any_group(tmp_path):
    records = [{"tokens": ["a"], "ner_tags": [tag]} for tag in ("O", "B-X", "b-x", "O")]
    path = write(tmp_path / "a.parquet", records, row_group_size=2)
    with pytest.raises(InputError, match=r"a.parquet:3: tag 'b-x' is not O"):
        read(path, "parquet")
    built = BuildOptions(sources={"train": (str(path),)}, output_dir=str(tmp_path / "records"), workers=1)
    with pytest.raises(InputError, match=r"a.parquet:3: tag 'b-x' is not O"):
        build_records(built)


def test_a_token_that_no_line_of_columns_can_hold_is_named(tmp_path):
    records = [{"tokens": [token], "ner_tags": ["O"]} for token in ("a", "b", "a\tb")]
    with pytest.raises(InputError, match=r"a.parquet:3: the token 'a.tb' holds a line break or a tab; correct the rec"):
        read(write(tmp_path / "a.parquet", records), "parquet")


def test_a_damaged_table_is_named(tmp_path):
    path = write(tmp_path / "a.parquet", NUMBERED)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"a.parquet: a damaged Parquet table"):
        read(path, "parquet")


def test_a_compressed_table_is_to_be_unpacked(tmp_path):
    path = write(tmp_path / "a.parquet", NUMBERED)
    packed = tmp_path / "a.parquet.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    with pytest.raises(InputError, match=r"a.parquet.gz: a Parquet table in GZIP data, .*; unpack it: gunzip"):
        read(packed, "parquet")


@pytest.mark.parametrize(
    "options", [{}, {"compression": "gzip", "use_dictionary": False}, {"row_group_size": 1}], ids=str
)
def test_any_damage_is_an_error_or_other_sentences(tmp_path, options):
    path, random = write(tmp_path / "a.parquet", NUMBERED, ("O", "B-ORG", "B-PER"), **options), Random(0)
    whole = path.read_bytes()
    for _ in range(40):
        damaged = bytearray(whole)
        for place in random.sample(range(len(whole)), random.choice((1, 2, 5))):
            damaged[place] = random.randrange(256)
        survive(path, bytes(damaged[: random.choice((None, None, random.randrange(len(whole))))]), "parquet")


def test_a_table_is_divided_by_its_rows(tmp_path):
    records = [{"tokens": ["Bo", str(number)], "ner_tags": [2, 0]} for number in range(60)]
    path = write(tmp_path / "a.parquet", records, ("O", "B-ORG", "B-PER"), row_group_size=20)
    options = BuildOptions(
        sources={"train": (str(path),)},
        output_dir=str(tmp_path / "records"),
        hash_split=HashSplitOptions(validation_share=0.5),
        workers=1,
    )
    splits = build_records(options).dataset.splits
    assert 15 < splits["train"].sentences < 45
    assert splits["train"].sentences + splits["validation"].sentences == 60


def test_a_table_can_be_read_as_one_part(tmp_path):
    path = str(write(tmp_path / "a.parquet", NUMBERED * 20, ("O", "B-ORG", "B-PER"), row_group_size=7))
    reader = open_reader([path], ReadOptions())
    assert len(list(reader.read(SourceRange(path), ReadCounts()))) == 40


@given(sentences())
def test_written_sentences_are_read_back(tmp_path_factory, written):
    path = tmp_path_factory.getbasetemp() / "written.parquet"
    spans = [[dict(zip(("start", "end", "label"), span, strict=True)) for span in spans_in(one)] for one in written]
    write(path, [{"text": one.text, "spans": own} for one, own in zip(written, spans, strict=True)], row_group_size=2)
    assert equal(read(path, "parquet")[0], written)
