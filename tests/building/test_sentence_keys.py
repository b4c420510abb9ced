"""Sentences that train shares with other splits are counted, and left out of train where that is asked for."""

import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.building.report import describe
from data_tools.building.sentence_keys import sentence_keys
from data_tools.readers import base
from ner.text.sentence import Sentence
from ner.text.sentence_batch import SentenceBatch
from tests import built_records

CONTENTS = {
    "train": "a B-X\nb O\n\nc O\n\na B-X\nc O\n\nb O\n\nc O\n",
    "validation": "c O\n\nd O\n\nc O\n",
    "test": "a O\nb O\n\ne O\n\na O\nb B-X\n\nf O\n",
}


@pytest.fixture
def build(tmp_path):
    for name, text in CONTENTS.items():
        (tmp_path / f"{name}.txt").write_text(text)

    def build_with(**options):
        made = BuildOptions(
            sources={name: (f"{tmp_path}/{name}.txt",) for name in CONTENTS},
            output_dir=f"{tmp_path}/records",
            overwrite=True,
            workers=1,
            **options,
        )
        built = build_records(made)
        return built.dataset, describe(built, made, 1.0)

    return build_with


@pytest.mark.parametrize("range_bytes", [1 << 20, 8])
def test_sentences_that_train_has_too_are_counted_and_told(build, monkeypatch, range_bytes):
    monkeypatch.setattr(base, "RANGE_BYTES", range_bytes)
    dataset, report = build()
    found = {name: split.dialect["in_train"] for name, split in dataset.splits.items()}
    assert found == {"train": 0, "validation": 2, "test": 2}  # whatever their tags
    assert "in train   2 sentences (66.7%) also in train, word for word; --drop_duplicates" in report


def test_train_is_built_without_them_where_that_is_asked_for(build):
    dataset, report = build(drop_duplicates=True)
    train = dataset.split("train")
    assert (train.sentences, train.dialect["duplicates"]) == (2, 3)
    assert "3 sentences also in validation or test dropped" in report
    assert [split.sentences for split in dataset.splits.values()][1:] == [3, 4]


def test_a_sentence_that_validation_drops_as_not_annotated_stays_in_train(tmp_path):
    train = "a B-X\nb O\n\nc B-X\nd O\n\ne B-X\nf O\n"
    validation = "a -\nb -\n\nc B-X\nd -\n\ng O\n"
    built_records.build(tmp_path, train=train, validation=validation, drop_duplicates=True)
    assert built_records.sentences(tmp_path / "records") == ["a/B-X b/O", "e/B-X f/O"]
    assert built_records.sentences(tmp_path / "records", "validation") == ["c/B-X d/-", "g/O"]


def test_a_key_is_the_same_everywhere_and_knows_where_tokens_end():
    spaced, joined = (Sentence(("a", "b"), ("O", "O"), (space, True)) for space in (True, False))
    batch = SentenceBatch.from_sentences([spaced, joined, Sentence.from_tokens(["ab"], ["O"])])
    first, second, other = sentence_keys(batch).tolist()
    assert first == second == 2952434739088078779  # whatever its spaces
    assert other != first
