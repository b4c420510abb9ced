"""Which marks stand alone in a corpus, and that text to be tagged is cut at them."""

import pytest

from data_tools.building.mark_counts import MIN_ALONE, MarkCounts
from data_tools.building.options import BuildOptions
from data_tools.building.report import describe
from ner.text.sentence import Sentence
from ner.text.sentence_batch import SentenceBatch
from tests.built_records import build


def counts(*sentences):
    found = MarkCounts()
    found.count(SentenceBatch.from_sentences([Sentence.from_tokens(one, ["O"] * len(one)) for one in sentences]))
    return found


def test_marks_are_counted_alone_and_beside_letters_and_digits_of_their_token():
    found = counts(
        ["a", "-", "b", "--", "-"],
        ["a-b", "-c", "1,000", ",", "(-)", "d-", "'s", "\u2019", "\u2019s"],
        ["U.S.", ".", "...", "\xe9-", "/", "a/b"],
    )
    assert found.alone == {"-": 2, ",": 1, "'": 1, ".": 1}
    assert found.kept == {"-": 4, ",": 1, "'": 2, ".": 2}
    assert counts(["a", "b"]) == MarkCounts() == counts()


def test_a_mark_stands_alone_where_it_is_often_a_token_and_next_to_never_in_one():
    often = [["a", "-", "b"]] * MIN_ALONE
    assert counts(*often).lone_marks == "-"
    assert counts(*often[1:]).lone_marks == ""
    assert counts(*often, ["a-b"]).lone_marks == ""
    found = counts(*often * 50, ["a-b"])
    assert found.lone_marks == "-"
    found.add(counts(["a-b"]))
    assert found.lone_marks == ""


@pytest.mark.parametrize(
    ("row", "expected"), [("so-called O\n", ""), ("so O\n- O\ncalled O\n", "-"), ("so O\n' O\n- O\n", "'-")]
)
def test_records_and_the_report_of_a_build_name_them(tmp_path, row, expected):
    built = build(tmp_path, train=(row + "Bo B-PER\n\n") * 30)
    assert built.dataset.lone_marks == expected
    told = describe(built, BuildOptions(sources={"train": ("x",)}, output_dir="y"), 1.0)
    line = f"tokens: end at each of {' '.join(expected)} in train, and so in text to be tagged"
    assert (line in told.splitlines()) == bool(expected)
