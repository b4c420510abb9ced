from hypothesis import given
from hypothesis import strategies as st

from data_tools.building.long_sentences import pieces
from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.building.report import describe
from data_tools.readers.base import SourceSentence
from data_tools.readers.tag_schemes import to_iob2
from ner.text.sentence import Sentence
from ner.text.spans import spans_of


def source(words):
    tokens, tags = zip(*(word.split("/") for word in words.split()), strict=True)
    sentence = Sentence(tokens, tags, (True,) * len(tokens))
    return SourceSentence(100, 5, 0, range(len(tokens)), sentence)


def cut(words, max_characters):
    found = [(one.line, one.sentence) for one in pieces(source(words), max_characters)]
    return [(line, " ".join(map("/".join, zip(one.tokens, one.tags, strict=True)))) for line, one in found]


def test_a_sentence_is_cut_between_tokens_and_not_within_an_entity():
    assert cut("aa/O bb/O cc/B-X dd/I-X ee/O", 9) == [(5, "aa/O bb/O"), (7, "cc/B-X dd/I-X ee/O")]


def test_an_entity_that_is_too_long_itself_is_cut():
    assert cut("aa/B-X bb/I-X cc/I-X", 5) == [(5, "aa/B-X bb/I-X"), (7, "cc/B-X")]


def test_tokens_that_are_too_long_are_counted(tmp_path):
    (tmp_path / "train.txt").write_text("aa O\nbbbbbbb O\ncc B-X\n\nddd O\n")
    sources = {"train": (f"{tmp_path}/train.txt",)}
    limits = {"max_characters": 5, "long_sentences": "cut", "workers": 1}
    options = BuildOptions(sources=sources, output_dir=str(tmp_path / "records"), **limits)
    built = build_records(options)
    dialect = built.dataset.split("train").dialect
    assert (dialect["too_long"], dialect["too_long_tokens"]) == (1, 1)
    assert "1 sentence of more than 5 characters cut, 1 token of more than 5 characters dropped" in describe(
        built, options, 1.0
    )


def test_a_token_that_is_too_long_is_left_out():
    assert cut("aa/O bbbbbbb/O cc/O", 5) == [(5, "aa/O"), (7, "cc/O")]


@given(st.lists(st.sampled_from(["a/O", "bbb/O", "cc/B-X", "d/I-X", "ee/I-X"]), min_size=1), st.integers(3, 12))
def test_pieces_hold_all_tokens_in_order_and_none_is_too_long(words, limit):
    whole = source(" ".join(words))
    tags = to_iob2(whole.sentence.tags)
    found = list(pieces(whole, limit))
    assert [token for one in found for token in one.sentence.tokens] == [word.split("/")[0] for word in words]
    assert all(len(one.sentence.text) <= limit for one in found)
    assert all(one.sentence.tags == to_iob2(one.sentence.tags) for one in found)
    assert len([span for one in found for span in spans_of(one.sentence.tags)]) >= len(spans_of(tags))
