"""A hash divides one corpus: whole documents, the same ones whatever else is added."""

from collections import Counter

import pytest

from data_tools.building.hash_split import HashSplitOptions
from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.building.report import describe
from data_tools.readers import base
from data_tools.readers.read_options import ReadOptions
from ner.data.example import decode
from ner.data.tfrecord import read_records
from ner.errors import InputError


def build(folder, text, **options):
    """Split -> the texts of its records."""
    path, empty = folder / "train.txt", folder / "empty.txt"
    path.write_text(text)
    empty.write_text("")  # tells nothing about documents
    split = HashSplitOptions(**options)
    built = BuildOptions(
        sources={"train": (str(empty), str(path))},
        output_dir=f"{folder}/records",
        hash_split=split,
        workers=1,
        overwrite=True,
    )
    dataset = build_records(built).dataset
    return {
        name: [
            decode(record).text
            for shard in dataset.shard_paths(f"{folder}/records", name)
            for record in read_records(shard)
        ]
        for name in dataset.splits
    }


def sentences(numbers):
    return "".join(f"Anna{number} B-PER\nlebt O\n\n" for number in numbers)


def documents(numbers):
    return "".join(f"-DOCSTART- O\n\nAnna{n} B-PER\n\nshe O\n\nleft O\n\n" for n in numbers)


def test_shares_are_about_as_asked_and_cover_everything(tmp_path):
    found = build(tmp_path, sentences(range(2_000)), validation_share=0.1, test_share=0.2)
    sizes = {name: len(texts) for name, texts in found.items()}
    assert sum(sizes.values()) == 2_000
    assert 150 < sizes["validation"] < 250
    assert 350 < sizes["test"] < 450


def test_what_is_added_moves_nothing(tmp_path):
    before = build(tmp_path, sentences(range(300)), validation_share=0.2, test_share=0.2)
    after = build(tmp_path, sentences(range(-200, 500)), validation_share=0.2, test_share=0.2)
    assert all(set(texts) <= set(after[name]) for name, texts in before.items())


def test_folds_divide_everything(tmp_path):
    folds = [build(tmp_path, sentences(range(100)), folds=4, fold=fold) for fold in range(4)]
    assert Counter(text for found in folds for text in found["validation"]) == Counter(
        f"Anna{number} lebt" for number in range(100)
    )
    assert all(len(found["train"]) + len(found["validation"]) == 100 for found in folds)


def test_documents_stay_together_where_lines_begin_them(tmp_path, monkeypatch):
    monkeypatch.setattr(base, "RANGE_BYTES", 100)
    found = build(tmp_path, documents(range(200)), test_share=0.3)
    for texts in found.values():
        assert texts.count("she") == texts.count("left") == sum("Anna" in text for text in texts)
    one_by_one = build(tmp_path, documents(range(200)), test_share=0.3, split_by="sentence")
    assert {"she" in texts for texts in one_by_one.values()} == {True, False}  # all are equal, and so in one split


def test_a_second_document_changes_what_auto_divides_and_nothing_that_is_named(tmp_path):
    one, two = "-DOCSTART- O\n\n" + sentences(range(50)), documents(range(50, 60))
    options = {"test_share": 0.3}
    auto, added = build(tmp_path, one, **options), build(tmp_path, one + two, **options)
    assert set(auto) == {"train", "test"}
    assert {len(set(texts) & set(auto["train"] + auto["test"])) for texts in added.values()} == {0, 50}
    named = {**options, "split_by": "sentence"}
    assert build(tmp_path, one, **named) == auto
    after = build(tmp_path, one + two, **named)
    assert all(set(texts) <= set(after[name]) for name, texts in auto.items())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"validation_share": 0.6, "test_share": 0.4}, "leave nothing to train"),
        ({"validation_share": 0.1, "folds": 3}, "both choose validation"),
        ({"folds": 3, "fold": 3}, "--fold=3 is none of --folds=3"),
        ({"fold": 1}, "--fold=1 is none of --folds=None"),
        ({"test_share": 1.0}, "--test_share is 1.0"),
    ],
)
def test_shares_that_cannot_be_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        HashSplitOptions(**options)


def test_a_split_has_files_or_a_share(tmp_path):
    with pytest.raises(InputError, match="--test names files, but test is to be a share"):
        BuildOptions(
            sources={"train": ("a",), "test": ("b",)}, output_dir="c", hash_split=HashSplitOptions(test_share=0.1)
        )


def test_marks_that_are_sentences_are_refused_because_all_would_hash_alike():
    with pytest.raises(InputError, match="--docstart=keep makes each -DOCSTART- line a sentence, and a hash"):
        BuildOptions(
            sources={"train": ("a",)},
            output_dir="c",
            read=ReadOptions(docstart="keep"),
            hash_split=HashSplitOptions(folds=3),
        )


def test_a_label_that_went_to_test_alone_is_known(tmp_path):
    for number in range(20):  # until the rare one is not in train
        found = build(tmp_path, f"rare{number} B-X\n\n{sentences(range(50))}", test_share=0.3)
        if f"rare{number}" in found["test"]:
            return
    pytest.fail("no rare sentence fell to test")


@pytest.mark.parametrize(("corpus", "units"), [(sentences, "sentences"), (documents, "documents")])
def test_the_report_tells_of_the_files_once_and_what_was_divided(tmp_path, corpus, units):
    (tmp_path / "train.txt").write_text(corpus(range(50)))
    options = BuildOptions(
        sources={"train": (f"{tmp_path}/train.txt",)},
        output_dir=f"{tmp_path}/records",
        hash_split=HashSplitOptions(test_share=0.2),
        workers=1,
    )
    report = describe(build_records(options), options, 1.0)
    assert report.count("  files  ") == report.count("  tags  ") == 1
    assert f"\ntest ({units} taken from train by a hash)\n  sentences" in report


def test_a_share_that_is_empty_is_named(tmp_path):
    with pytest.raises(InputError, match="validation: no sentence falls to its share"):
        build(tmp_path, "a B-X\n", validation_share=0.000001)
