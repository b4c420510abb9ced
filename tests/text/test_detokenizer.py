import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.detokenizer import space_after


def detokenized(tokens):
    return "".join(token + " " * space for token, space in zip(tokens, space_after(tokens), strict=True))


@pytest.mark.parametrize(
    ("tokenized", "expected"),
    [
        ('He said : " AT&T ( U.S. ) won 3 - 1 . "', 'He said: "AT&T (U.S.) won 3-1."'),
        ("It 's Ada 's , is n't it ? !", "It's Ada's, isn't it?!"),
        ("the players ' union", "the players' union"),
        ("is ' go ' meant ?", "is 'go' meant?"),
        ("`` So '' , $ 5 or 5 % , at 10 : 30", "``So'', $5 or 5%, at 10:30"),
        ("from 1990 \u2013 95 \u2013 and / or later", "from 1990\u201395 \u2013 and/or later"),
        (
            "\u201e Gut \u201c , \u201c good \u201d , \u00ab bon \u00bb",
            "\u201eGut\u201c, \u201cgood\u201d, \u00abbon\u00bb",
        ),
        ("\u00bf Ada ? . . .", "\u00bfAda?..."),
        ("\u6771\u4eac \u3067 2003 \u5e74 \u3001 \u79c1", "\u6771\u4eac\u30672003\u5e74\u3001\u79c1"),
        ("the name \u6771 \u4eac is", "the name \u6771\u4eac is"),
        (
            "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u0e04\u0e23\u0e31\u0e1a",
            "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35\u0e04\u0e23\u0e31\u0e1a",
        ),
        (". Ada", ". Ada"),
        ("", ""),
    ],
)
def test_tokens_get_the_spaces_of_running_text(tokenized, expected):
    assert detokenized(tokenized.split()) == expected


@given(st.lists(st.text("a1.'\"(-\u201e\u6771 ", min_size=1, max_size=2)))
def test_there_is_an_answer_for_each_token_and_no_space_after_the_last(tokens):
    spaces = space_after(tokens)
    assert len(spaces) == len(tokens)
    assert not any(spaces[-1:])
