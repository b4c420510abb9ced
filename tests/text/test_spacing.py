import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.spacing import AS_WRITTEN, BETWEEN_TOKENS, SPACINGS, as_trained, join_tokens, spacing_of
from ner.text.tokenizer import TokenizedText


@pytest.mark.parametrize(
    ("spacing", "expected"), [(BETWEEN_TOKENS, "AT&T , 3-1 ( Ada ) ."), (AS_WRITTEN, "AT&T, 3-1 (Ada).")]
)
def test_text_gets_the_spaces_of_training_and_keeps_its_tokens(spacing, expected):
    text = TokenizedText.from_text("  AT&T,  3-1\t\u00a0(Ada). ")
    given_to_model = as_trained(text, spacing)
    assert given_to_model.text == expected
    assert given_to_model.tokens == text.tokens


def test_tokens_are_joined_as_training_texts_are():
    tokens = ["Ada", "(", "b.", ")", ",", "Bo"]
    assert join_tokens(tokens, BETWEEN_TOKENS).text == "Ada ( b. ) , Bo"
    joined = join_tokens(tokens, AS_WRITTEN)
    assert (joined.text, joined.tokens) == ("Ada (b.), Bo", tuple(tokens))
    assert join_tokens([], AS_WRITTEN).text == ""


@given(st.text(), st.sampled_from(SPACINGS))
def test_any_text_keeps_its_tokens_and_a_second_time_changes_nothing(raw, spacing):
    text = TokenizedText.from_text(raw)
    once = as_trained(text, spacing)
    assert once.tokens == text.tokens
    assert as_trained(once, spacing) == once


@pytest.mark.parametrize(
    ("places", "spaces", "expected"),
    [
        (0, 0, BETWEEN_TOKENS),
        (1000, 1000, BETWEEN_TOKENS),
        (1000, 995, BETWEEN_TOKENS),  # a stray SpaceAfter=No
        (1000, 880, AS_WRITTEN),
        (1000, 0, AS_WRITTEN),
    ],
)
def test_spacing_of_a_corpus_follows_from_the_spaces_between_its_tokens(places, spaces, expected):
    assert spacing_of(places, spaces) == expected
