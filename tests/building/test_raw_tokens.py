import pytest

from data_tools.building.hash_split import HashSplitOptions
from data_tools.building.options import BuildOptions
from data_tools.building.raw_tokens import with_raw_tokens
from data_tools.building.report import describe
from data_tools.inspection.verify import inspect_records
from data_tools.readers.base import SourceSentence
from ner.text.labels import NOT_ANNOTATED
from ner.text.sentence import Sentence
from ner.text.spacing import BETWEEN_TOKENS
from tests.built_records import build, sentences


def source(tagged, space_after=None):
    """A sentence from `token/TAG token/TAG`, each token on a line of its own."""
    tokens, tags = zip(*(word.rsplit("/", 1) for word in tagged.split(" ")), strict=True)
    sentence = Sentence(tokens, tags, space_after or (True,) * len(tokens))
    return SourceSentence(7, 5, 1, range(len(tokens)), sentence)


def tagged(found):
    return " ".join(f"{token}/{tag}" for token, tag in zip(found.sentence.tokens, found.sentence.tags, strict=True))


@pytest.mark.parametrize(
    ("before", "space_after", "after", "line_offsets"),
    [
        ("\u738b\u660e/B-PER \u5728/O", (False, False), "\u738b/B-PER \u660e/I-PER \u5728/O", (0, 0, 1)),
        ("AT/B-ORG &/I-ORG T/I-ORG won/O", (False, False, True, True), "AT&T/B-ORG won/O", (0, 3)),
        ("can/O not/O", (False, True), "cannot/O", (0,)),
        ("London/B-LOC -based/O", (False, True), "London/B-LOC -based/O", (0, 1)),  # an entity ends inside a token
        ("A/B-PER B/B-PER", (False, True), "A/B-PER B/B-PER", (0, 1)),
        ("so/O far/O", None, "so/O far/O", (0, 1)),
        ("3-1./O", None, "3-1/O ./O", (0, 0)),
        (f"un/{NOT_ANNOTATED} do/O", (False, True), f"un/{NOT_ANNOTATED} do/O", (0, 1)),
        ("a\u00a0b/B-LOC c/I-LOC", None, "a\u00a0b/B-LOC c/I-LOC", (0, 1)),  # a space that is none between tokens
        ("a\u200b/O ,/O b/O", (False, True, True), "a/O \u200b/O ,/O b/O", (0, 0, 1, 2)),  # no character is lost
    ],
)
def test_tokens_are_those_of_raw_text_within_the_entities(before, space_after, after, line_offsets):
    given = source(before, space_after)
    found = with_raw_tokens(given, 1.0)
    assert tagged(found) == after
    assert found.sentence.text == given.sentence.text
    assert tuple(found.line_offsets) == line_offsets
    assert (found.offset, found.line, found.document) == (7, 5, 1)


def test_tokens_of_raw_text_are_cut_at_marks_that_stand_alone():
    found = with_raw_tokens(source("Ada-led/B-PER"), 1.0, "-")
    assert tagged(found) == "Ada/B-PER -/I-PER led/I-PER"


def test_where_a_space_is_between_all_tokens_one_is_between_the_new_ones_too():
    found = with_raw_tokens(source("\u738b\u660e/B-PER \u5728/O"), 1.0)
    assert tagged(found) == "\u738b/B-PER \u660e/I-PER \u5728/O"
    assert found.sentence.text == "\u738b \u660e \u5728"


def test_a_sentence_with_a_token_that_begins_with_a_space_stays_as_it_is():
    sentence = Sentence(("3-1.", " Ada"), ("O", "B-PER"), (False, True))
    given = SourceSentence(7, 5, 1, range(2), sentence)
    assert with_raw_tokens(given, 1.0) == given


def test_a_share_of_the_sentences_is_changed():
    given = [source(f"3-{number}./O") for number in range(400)]
    for share, expected in ((0.0, 0), (0.25, 100), (1.0, 400)):
        changed = sum(len(with_raw_tokens(one, share).sentence.tokens) == 2 for one in given)
        assert abs(changed - expected) <= (30 if 0 < share < 1 else 0)


def test_build_gives_training_sentences_the_tokens_of_raw_text_as_asked(tmp_path):
    columns = "王小明\tB-PER\n在\tO\n北京\tB-LOC\n"
    options = BuildOptions(sources={"train": ("train.txt",)}, output_dir="records")
    built = build(tmp_path, train=columns, validation=columns)
    assert "tokens: raw text is cut into letters in this script; add --raw_tokens=0.5" in describe(built, options, 1.0)
    given = {"raw_tokens": 1.0, "output_dir": str(tmp_path / "raw")}
    built = build(tmp_path, train=columns, validation=columns, **given)
    assert sentences(tmp_path / "raw") == ["王/B-PER 小/I-PER 明/I-PER 在/O 北/B-LOC 京/I-LOC"]
    assert sentences(tmp_path / "raw", "validation") == ["王小明/B-PER 在/O 北京/B-LOC"]
    assert built.splits["validation"].scan.in_train == 1
    assert built.dataset.flags["raw_tokens"] == 1.0
    assert "tokens:" not in describe(built, BuildOptions(sources=options.sources, **given), 1.0)
    assert built.dataset.spacing == BETWEEN_TOKENS
    assert not inspect_records(str(tmp_path / "raw")).damage


def test_tokens_of_raw_text_do_not_make_a_sentence_too_long(tmp_path):
    options = {"raw_tokens": 1.0, "max_characters": 8}
    build(tmp_path, train="王小明\tB-PER\n在\tO\n北京\tB-LOC\n\n王小\tB-PER\n在\tO\n", **options)
    assert sentences(tmp_path / "records") == ["王小明/B-PER 在/O 北京/B-LOC", "王/B-PER 小/I-PER 在/O"]


def test_build_suggests_tokens_of_raw_text_only_where_those_of_the_corpus_are_longer(tmp_path):
    built = build(tmp_path, train="王\tB-PER\n明\tI-PER\n在\tO\n")
    options = BuildOptions(sources={"train": ("train.txt",)}, output_dir="records")
    assert "--raw_tokens" not in describe(built, options, 1.0)


def test_a_split_that_is_taken_from_train_keeps_the_tokens_of_the_corpus(tmp_path):
    columns = "".join(f"王{chr(0x4E00 + number)}\tB-PER\n来\tO\n\n" for number in range(60))
    build(tmp_path, train=columns, raw_tokens=1.0, hash_split=HashSplitOptions(validation_share=0.4))
    assert {len(one.split()) for one in sentences(tmp_path / "records")} == {3}
    assert {len(one.split()) for one in sentences(tmp_path / "records", "validation")} == {2}
