import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.grapheme_clusters import PREPENDED
from ner.text.tokenizer import KEPT_MARKS, TokenizedText


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("J. Smith's U.S.-based firm.", ["J.", "Smith", "'s", "U.S.", "-", "based", "firm", "."]),
        ("So do I.", ["So", "do", "I", "."]),
        ("the U.S.A, e.g. 1,000.5, (2-3)", ["the", "U.S.A", ",", "e.g.", "1,000.5", ",", "(", "2-3", ")"]),
        ("O\u2019Brien\u2019s rock'n'roll 'x'", ["O\u2019Brien", "\u2019s", "rock'n'roll", "'", "x", "'"]),
        ("AT&T @ada #x a_b ... ", ["AT&T", "@ada", "#x", "a_b", "..."]),
        (
            "so.. I... U.S... wh?? -- a--b !!",
            ["so", "..", "I", "...", "U.S.", "..", "wh", "??", "--", "a", "--", "b", "!!"],
        ),
        ("No?! ?!! \u6771\u4eac||", ["No", "?", "!", "?", "!!", "\u6771", "\u4eac", "|", "|"]),
        ("(http://x.org/a?b=1&c=%20#d).", ["(", "http://x.org/a?b=1&c=%20#d", ")", "."]),
        ("ftp://\xe9.org/\xf6, xx://y! aa:// :///", ["ftp://\xe9.org/\xf6", ",", "xx://y", "!", "aa", *"://", *":///"]),
        ("#xx://y C://z", ["#xx", *"://", "y", "C", *"://", "z"]),
        ('http://x.org\u4e2dabc "xx://y"and', ["http://x.org", "\u4e2d", "abc", '"', "xx://y", '"', "and"]),
        ("one,two.three", ["one", ",", "two.three"]),
        ("cafe\u0301s \u0939\u093f\u0928\u094d\u0926\u0940", ["cafe\u0301s", "\u0939\u093f\u0928\u094d\u0926\u0940"]),
        ("A\u6771\u4eac\u30bf\u3042b", ["A", "\u6771", "\u4eac", "\u30bf", "\u3042", "b"]),
        ("a\x00\x1b[b\N{GRINNING FACE}", ["a", "\x00", "\x1b", "[", "b", "\N{GRINNING FACE}"]),
        ("e\u0301, \u0301a .\u0301b", ["e\u0301", ",", "\u0301a", ".\u0301", "b"]),
        ("Bo\U0001f468\u200d\U0001f469\u200d\U0001f467!", ["Bo", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "!"]),
        ("\U0001f44d\U0001f3fd\U0001f44d", ["\U0001f44d\U0001f3fd", "\U0001f44d"]),
        ("\U0001f1e9\U0001f1ea x", ["\U0001f1e9\U0001f1ea", "x"]),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"]),
        (
            "\u0e01\u0e33\u0e44\u0e01\u0e25\u0e49 \u0e51\u0e52",
            ["\u0e01\u0e33", "\u0e44", "\u0e01", "\u0e25\u0e49", "\u0e51\u0e52"],
        ),
        ("\u1019\u103c\u1014\u103a", ["\u1019\u103c", "\u1014\u103a"]),
        ("London-based", ["London-based"]),
        ("at 10:30:00, 3:0", ["at", "10:30:00", ",", "3:0"]),
        ("EU:n T:ll\xe4 USA:\xe4:n ip:st\xe4", ["EU:n", "T:ll\xe4", "USA:\xe4:n", "ip:st\xe4"]),
        ("By:Ada 7:A a:0 http://x.org :d", ["By", ":", "Ada", "7", ":", "A", "a", ":", "0", "http://x.org", ":", "d"]),
        (
            "Ost\u00adrel\u2060s \u00adBay\u200e, a\u200bb",
            ["Ost\u00adrel\u2060s", "Bay\u200e", ",", "a", "b"],
        ),
        (" \t\u00a0", []),
        ("", []),
    ],
)
def test_from_text_finds_tokens(text, tokens):
    assert list(TokenizedText.from_text(text).tokens) == tokens


@pytest.mark.parametrize(
    ("text", "lone_marks", "tokens"),
    [
        ("Smith's U.S.-based", "-", ["Smith", "'s", "U.S.", "-", "based"]),
        ("Smith's so-called", "'-", ["Smith", "'", "s", "so", "-", "called"]),
        ("O\u2019Brien\u2019s", "'", ["O", "\u2019", "Brien", "\u2019", "s"]),
        ("U.S.A, 1,000.5 J. Bo", ".,", ["U", ".", "S", ".", "A", ",", "1", ",", "000", ".", "5", "J", ".", "Bo"]),
        ("AT&T @ada #x 10:30", "@#&:", ["AT", "&", "T", "@", "ada", "#", "x", "10", ":", "30"]),
        ("caf\xe9-like e\u0301-f", "-", ["caf\xe9", "-", "like", "e\u0301", "-", "f"]),
        ("-\u0301a", "-", ["-\u0301", "a"]),
    ],
)
def test_lone_marks_are_tokens_by_themselves(text, lone_marks, tokens):
    assert list(TokenizedText.from_text(text, lone_marks).tokens) == tokens


def test_each_kept_mark_is_kept_in_some_token_and_no_other_mark_of_ascii_is():
    kept = set()
    for mark in map(chr, range(33, 127)):
        tokens = TokenizedText.from_text(f"{mark}a a{mark}a 0{mark}0").tokens
        if not mark.isalnum() and any(mark in token and len(token) > 1 for token in tokens):
            kept.add(mark)
    assert kept == {*KEPT_MARKS, "_"}  # which counts as a letter


def seen(text):
    """The characters that are neither white space nor change another one, such as marks of direction."""
    unseen = ("Cf", "Mn", "Mc", "Me")
    return [one for one in text if not one.isspace() and (one in PREPENDED or unicodedata.category(one) not in unseen)]


@given(st.text())
def test_from_text_loses_nothing_that_is_seen(text):
    tokens = TokenizedText.from_text(text).tokens
    assert seen("".join(tokens)) == seen(text)
    assert all(unicodedata.category(token[0]) != "Cf" or token[0] in PREPENDED for token in tokens)


@given(st.text(st.characters(exclude_categories=["Cf"])))
def test_from_text_leaves_out_white_space_alone(text):
    assert "".join(TokenizedText.from_text(text).tokens) == "".join(text.split())


@given(st.lists(st.text(min_size=1)))
def test_from_tokens_joins_them_by_one_space(tokens):
    made = TokenizedText.from_tokens(tokens)
    assert list(made.tokens) == tokens
    assert made.text == " ".join(tokens)
