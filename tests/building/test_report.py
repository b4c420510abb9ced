import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.report import describe
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
