from dataclasses import replace

import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.report import describe
from data_tools.readers.read_options import ReadOptions
from tests.built_records import build

OPTIONS = BuildOptions(sources={"train": ("x",)}, output_dir="y")


def test_describe_asks_about_a_sentence_of_very_many_tokens(tmp_path):
    report = describe(build(tmp_path, train="EU B-ORG\n\n" + "w O\n" * 301), OPTIONS, 1.0)
    assert (
        f"1 sentence of more than 300 tokens, the first at {tmp_path}/train.txt:3: is a blank line missing?" in report
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [("EU B-ORG\n\nCup I-ORG\n\n\n\nBo B-PER\n\n", True), ("EU B-ORG\n\nthe O\nCup O\n", False), ("EU B-ORG\n", False)],
)
def test_describe_asks_about_sentences_that_are_single_tokens(tmp_path, text, expected):
    asked = "each sentence is one token: is there a blank line after every line? If so, sed 'n;d' FILE leaves it out"
    assert (asked in describe(build(tmp_path, train=text), OPTIONS, 1.0)) == expected


@pytest.mark.parametrize(
    ("rule", "told"), [("drop", "dropped"), ("keep", "kept as U+FFFD"), ("space", "read as a space")]
)
def test_describe_says_what_became_of_empty_tokens(tmp_path, rule, told):
    read = ReadOptions(empty_token=rule)
    built = build(tmp_path, train="EU\tB-ORG\n \tO\nis\tO\n", read=read)
    assert f"  skipped    1 empty token {told}\n" in describe(built, replace(OPTIONS, read=read), 1.0)


@pytest.mark.parametrize(("tag", "expected"), [("B-O", True), ("O", False)])
def test_describe_asks_about_a_type_that_may_mean_outside(tmp_path, tag, expected):
    asked = "no tag is O, but one type is called O: if it means outside, replace the tags B-O and I-O by O"
    text = f"Oxol B-DRUG\nhelps {tag}\nus B-O\n" if tag == "O" else f"Oxol B-DRUG\nhelps {tag}\n"
    assert (asked in describe(build(tmp_path, train=text), OPTIONS, 1.0)) == expected


COLUMNS = "Bo B-PER\nmet O\nus O\n. O\n\n" * 50
JOINED = '{"text": "Bo met us.", "entities": [[0, 2, "PER"]]}\n'


@pytest.mark.parametrize(
    ("validation", "detokenize", "expected"),
    [(JOINED * 50, 0.0, True), (JOINED * 50, 1.0, False), (JOINED, 0.0, False), (COLUMNS, 0.0, False)],
)
def test_describe_says_where_a_split_has_other_spaces_than_train(tmp_path, validation, detokenize, expected):
    told = (
        "as in running text, but train has a space between all tokens; --detokenize=1 gives both those of running text"
    )
    built = build(tmp_path, train=COLUMNS, validation=validation, detokenize=detokenize)
    assert (f"  spaces     {told}\n" in describe(built, OPTIONS, 1.0)) == expected
