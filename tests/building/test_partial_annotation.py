"""Unannotated tokens, from the corpus to the records."""

import json

import numpy as np
import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.report import describe
from data_tools.inspection.verify import inspect_records
from data_tools.readers.read_options import ReadOptions
from ner.data import example
from ner.data.dataset import Dataset
from ner.data.label_counts import LabelCounts
from ner.data.tfrecord import read_records
from ner.errors import InputError
from ner.text.labels import NOT_ANNOTATED_ID
from tests.built_records import build, sentences

CORPUS = "In O\nNew B-LOC\nYork I-LOC\n, -\nBo -\n\nx _\n\nAda B-PER\nsang O\n"


def report(built):
    options = BuildOptions(sources={"train": ("train.txt",)}, output_dir="records")
    return describe(built, options, 1.0)


def test_they_keep_their_place_and_are_in_no_count(tmp_path):
    built = build(tmp_path, train=CORPUS, shards=1)
    assert sentences(tmp_path / "records") == ["In/O New/B-LOC York/I-LOC ,/- Bo/-", "Ada/B-PER sang/O"]
    split = built.dataset.split("train")
    assert (split.tokens, split.not_annotated, split.entities) == (7, 2, {"LOC": 1, "PER": 1})
    labels = built.dataset.labels
    assert labels.names == ("O", "B-LOC", "I-LOC", "B-PER")
    # The spaces around `In` and before `sang` are O; those before `,` and `Bo` are unannotated.
    assert built.dataset.label_counts.characters == (2 + 1 + 1 + 4, 3, 5, 3)
    [first, _] = (example.decode(one) for one in read_records(str(tmp_path / "records" / split.shards[0].file)))
    assert first.label_ids.tolist() == [0, 0, 0, 1, 1, 1, 2, 2, 2, 2, 2, *[NOT_ANNOTATED_ID] * 5]
    assert not inspect_records(str(tmp_path / "records")).damage


def test_the_space_before_one_is_outside_where_all_spaces_are(tmp_path):
    built = build(tmp_path, train=CORPUS, shards=1, space_label="outside")
    split = built.dataset.split("train")
    [first, _] = (example.decode(one) for one in read_records(str(tmp_path / "records" / split.shards[0].file)))
    assert np.flatnonzero(first.label_ids == NOT_ANNOTATED_ID).tolist() == [12, 14, 15]


def test_a_build_says_how_many_there_are(tmp_path):
    text = report(build(tmp_path, train=CORPUS))
    assert "partial    2 tokens (28.6%) not annotated (-): in no loss and no score" in text
    assert "1 unannotated sentence dropped" in text
    assert "first      In New/B-LOC York/I-LOC ,/- Bo/-" in text


@pytest.mark.parametrize(
    ("rule", "found", "told"),
    [
        (
            "outside",
            ["In/O New/B-LOC York/I-LOC ,/O Bo/O", "x/O", "Ada/B-PER sang/O"],
            "3 unannotated tokens taken for O",
        ),
        ("drop", ["Ada/B-PER sang/O"], "2 sentences with unannotated tokens dropped"),
    ],
)
def test_they_are_outside_or_dropped_as_asked(tmp_path, rule, found, told):
    built = build(tmp_path, train=CORPUS, read=ReadOptions(not_annotated=rule))
    assert sentences(tmp_path / "records") == found
    assert built.dataset.split("train").not_annotated == 0
    assert told in report(built)


def test_a_cut_sentence_loses_the_pieces_that_nobody_annotated(tmp_path):
    text = "aaa B-X\nbbb O\nccc -\nddd -\n"
    built = build(tmp_path, train=text, max_characters=8, long_sentences="cut")
    assert sentences(tmp_path / "records") == ["aaa/B-X bbb/O"]
    assert built.dataset.split("train").dialect["unannotated"] == 1


def test_a_corpus_of_them_alone_is_refused(tmp_path):
    with pytest.raises(InputError, match="validation: no annotated token in 2 sentences"):
        build(tmp_path, train=CORPUS, validation="a -\n\nb -\n", read=ReadOptions(tag_column=1))


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"tokens": ["EU", "x"], "ner_tags": ["B-ORG", "-"]}),
        json.dumps([{"tokens": ["EU", "x"], "ner_tags": [1, -100]}]),
        "word,tag\nEU,B-ORG\nx,-\nof,O\n",
    ],
)
def test_other_formats_of_tokens_have_them_too(tmp_path, content):
    build(tmp_path, train=content, read=ReadOptions(label_names=("O,B-ORG",)))
    [found] = sentences(tmp_path / "records")
    assert found.startswith("EU/B-ORG x/-")


def test_records_that_do_not_count_them_have_none(tmp_path):
    content = json.loads(build(tmp_path).dataset.to_json())
    del content["splits"]["train"]["not_annotated"]
    dataset = Dataset.from_json(json.dumps(content), "dataset.json")
    assert not dataset.is_partly_annotated


def test_label_counts_leave_them_out():
    label_ids = np.array([0, 1, NOT_ANNOTATED_ID, NOT_ANNOTATED_ID, 1], np.uint8)
    counts = LabelCounts.of_sentences(label_ids, np.array([0, 3, 5]), np.array([3, 7]), 2)
    assert counts.characters == (1, 2)
    assert counts.sentences == {(frozenset({0, 1}), 3): 1, (frozenset({1}), 7): 1}
