import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.spacing import AS_WRITTEN, BETWEEN_TOKENS, SPACINGS, as_trained, join_tokens, spacing_of
from ner.text.text_batch import TextBatch
from ner.text.tokenizer import TokenizedText
from tests.text_batches import text_as_trained


@pytest.mark.parametrize(
    ("spacing", "expected"), [(BETWEEN_TOKENS, "AT&T , 3-1 ( Ada ) ."), (AS_WRITTEN, "AT&T, 3-1 (Ada).")]
)
def test_text_gets_the_spaces_of_training_and_keeps_its_tokens(spacing, expected):
    text = TokenizedText.from_text("  AT&T,  3-1\t\u00a0(Ada). ")
    given_to_model = text_as_trained(text, spacing)
    assert given_to_model.text == expected
    assert given_to_model.tokens == text.tokens


def test_tokens_are_joined_as_training_texts_are():
    tokens = ["Ada", "(", "b.", ")", ",", "Bo"]
    assert join_tokens(tokens, BETWEEN_TOKENS).text == "Ada ( b. ) , Bo"
    joined = join_tokens(tokens, AS_WRITTEN)
    assert (joined.text, joined.tokens) == ("Ada (b.), Bo", tuple(tokens))
    assert join_tokens([], AS_WRITTEN).text == ""


@given(st.lists(st.text(), max_size=4), st.sampled_from(SPACINGS))
def test_all_texts_keep_their_tokens_and_a_second_time_changes_nothing(raw, spacing):
    texts = [TokenizedText.from_text(text) for text in raw]
    once = as_trained(TextBatch.from_texts(texts), spacing)
    assert [text.tokens for text in once.to_texts()] == [text.tokens for text in texts]
    assert as_trained(once, spacing).to_texts() == once.to_texts()


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
