import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.tokenizer import TokenizedText


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("J. Smith's U.S.-based firm.", ["J.", "Smith", "'s", "U.S.", "-", "based", "firm", "."]),
        ("So do I.", ["So", "do", "I", "."]),
        ("the U.S.A, e.g. 1,000.5, (2-3)", ["the", "U.S.A", ",", "e.g.", "1,000.5", ",", "(", "2-3", ")"]),
        ("O\u2019Brien\u2019s rock'n'roll 'x'", ["O\u2019Brien", "\u2019s", "rock'n'roll", "'", "x", "'"]),
        ("AT&T @ada #x a_b ... ", ["AT&T", "@ada", "#x", "a_b", ".", ".", "."]),
        ("one,two.three", ["one", ",", "two.three"]),
        ("cafe\u0301s \u0939\u093f\u0928\u094d\u0926\u0940", ["cafe\u0301s", "\u0939\u093f\u0928\u094d\u0926\u0940"]),
        ("A\u6771\u4eac\u30bf\u3042b", ["A", "\u6771", "\u4eac", "\u30bf", "\u3042", "b"]),
        ("a\x00\x1b[b\N{GRINNING FACE}", ["a", "\x00", "\x1b", "[", "b", "\N{GRINNING FACE}"]),
        (" \t\u00a0", []),
        ("", []),
    ],
)
def test_from_text_finds_tokens(text, tokens):
    assert list(TokenizedText.from_text(text).tokens) == tokens


@given(st.text())
def test_from_text_leaves_out_white_space_alone(text):
    assert "".join(TokenizedText.from_text(text).tokens) == "".join(text.split())


@given(st.lists(st.text(min_size=1)))
def test_from_tokens_joins_them_by_one_space(tokens):
    made = TokenizedText.from_tokens(tokens)
    assert list(made.tokens) == tokens
    assert made.text == " ".join(tokens)
