"""Unannotated text, from files to records to pretrain on."""

import json

import pytest

from data_tools.building.hash_split import HashSplitOptions
from data_tools.building.options import BuildOptions
from data_tools.building.report import describe
from data_tools.inspection.report import describe as describe_inspection
from data_tools.inspection.verify import inspect_records
from data_tools.readers import base
from data_tools.readers.read_options import ReadOptions
from ner.data import example
from ner.data.dataset import load
from ner.data.tfrecord import read_records
from ner.errors import InputError
from ner.text.labels import NOT_ANNOTATED_ID, Labels
from tests.built_records import build, sentences

TEXT = "Ada met Dr. Bo. They left!\n\nIt rained.\n"


def test_every_sentence_stays_and_no_character_has_a_label(tmp_path):
    built = build(tmp_path, train=TEXT, plain_text=True, shards=1)
    assert sentences(tmp_path / "records") == [
        "Ada/- met/- Dr/- ./- Bo/- ./-",
        "They/- left/- !/-",
        "It/- rained/- ./-",
    ]
    split = built.dataset.split("train")
    assert (split.tokens, split.not_annotated, split.is_annotated) == (12, 12, False)
    assert (built.dataset.labels.names, built.dataset.label_counts.characters) == (("O",), (0,))
    records = [example.decode(one) for one in read_records(str(tmp_path / "records" / split.shards[0].file))]
    assert {label for record in records for label in record.label_ids.tolist()} == {NOT_ANNOTATED_ID}
    assert [record.text for record in records] == ["Ada met Dr. Bo.", "They left!", "It rained."]
    assert [(record.document, record.line) for record in records] == [(0, 1), (0, 1), (1, 3)]


def test_the_records_say_how_they_were_built(tmp_path):
    build(tmp_path, train=TEXT, plain_text=True)
    dataset = load(str(tmp_path / "records"))
    assert dataset.flags["plain_text"] is True
    assert dataset.split("train").dialect["format"] == "plain text"
    assert dataset.split("train").documents == {"a blank line": 1, "file": 1}
    assert dataset.spacing == "as in running text"


def test_tokens_are_spaced_as_in_columns_where_that_is_asked_for(tmp_path):
    built = build(tmp_path, train=TEXT, plain_text=True, space_tokens=True, shards=1)
    [shard] = built.dataset.split("train").shards
    records = [example.decode(one) for one in read_records(str(tmp_path / "records" / shard.file))]
    assert [record.text for record in records] == ["Ada met Dr . Bo .", "They left !", "It rained ."]
    assert built.dataset.spacing == "a space between all tokens"
    assert load(str(tmp_path / "records")).flags["space_tokens"] is True


def test_spaces_between_all_tokens_are_for_plain_text():
    with pytest.raises(InputError, match="--space_tokens is for --plain_text"):
        BuildOptions(sources={"train": ("a.txt",)}, output_dir="records", space_tokens=True)


def test_parts_read_by_several_processes_give_the_same_records(tmp_path, monkeypatch):
    whole = build(tmp_path, train=TEXT * 40, plain_text=True, shards=2).dataset
    monkeypatch.setattr(base, "RANGE_BYTES", 50)
    assert build(tmp_path, train=TEXT * 40, plain_text=True, shards=2, overwrite=True, workers=2).dataset == whole


def test_a_report_shows_the_text_and_the_command_that_pretrains(tmp_path):
    options = BuildOptions(sources={"train": ("a.txt",)}, output_dir="records", plain_text=True)
    text = describe(build(tmp_path, train="Bo sang " * 200, plain_text=True), options, 1.0)
    assert "format     plain text, one paragraph per line" in text
    assert "partial    no token is annotated: text to pretrain on" in text
    assert "first      Bo sang Bo sang" in text
    assert text.endswith(
        "next: python -m ner.train --flagfile=launch/flags/pretrain.flags --records=records --workdir=WORKDIR"
    )
    for title in ("tags ", "entities ", "warning "):
        assert f"\n  {title}" not in text


def test_an_inspection_says_that_nothing_is_annotated(tmp_path):
    dataset = build(tmp_path, train=TEXT, plain_text=True).dataset
    inspection = inspect_records(str(tmp_path / "records"), num_shown=1)
    assert not inspection.damage
    text = describe_inspection(inspection.found, dataset.labels)
    assert text.endswith("train: They left !\ntrain: no token is annotated: text to pretrain on")


def test_long_sentences_are_an_error_or_cut(tmp_path):
    remedy = "raise --max_characters, or give --long_sentences=drop or --long_sentences=cut"
    with pytest.raises(InputError, match=f"train.txt:3: a sentence of 10 characters, more than .*{remedy}"):
        build(tmp_path, train="Ada.\n\nBo and Cy.\n", plain_text=True, max_characters=6)
    build(tmp_path, train="Ada.\n\nBo and Cy.\n", plain_text=True, max_characters=6, long_sentences="cut")
    assert sentences(tmp_path / "records") == ["Ada/- ./-", "Bo/- and/-", "Cy/- ./-"]


def test_text_without_a_word_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"train: no sentences in .*train\.txt"):
        build(tmp_path, train="\n \n\xa0\n", plain_text=True)


@pytest.mark.parametrize(
    ("options", "flags"),
    [
        ({"validation": "Cy."}, "--validation"),
        ({"test": "Cy.", "labels": Labels(("O", "B-PER"))}, "--labels, --test"),
        ({"hash_split": HashSplitOptions(validation_share=0.1, split_by="sentence")}, "--split_by, --validation_share"),
        ({"hash_split": HashSplitOptions(folds=2)}, "--folds"),
        ({"read": ReadOptions(tag_column=1, layer=0)}, "--layer, --tag_column"),
        ({"read": ReadOptions(not_annotated="outside", encoding="latin-1")}, "--not_annotated"),
        (
            {"drop_duplicates": True, "space_label": "outside", "detokenize": 0.5},
            "--detokenize, --drop_duplicates, --sp",
        ),
    ],
)
def test_what_speaks_of_tags_or_scores_is_refused(tmp_path, options, flags):
    with pytest.raises(InputError, match=f"no tags to read and nothing to score; leave out {flags}"):
        build(tmp_path, train=TEXT, plain_text=True, **options)


def test_text_is_never_found_by_looking(tmp_path):
    with pytest.raises(InputError, match=r"it looks like unannotated text: .* build with --plain_text"):
        build(tmp_path, train=TEXT)


def test_records_of_annotated_files_say_so(tmp_path):
    dataset = build(tmp_path).dataset
    assert json.loads(dataset.to_json())["flags"]["plain_text"] is False
    assert dataset.split("train").is_annotated
