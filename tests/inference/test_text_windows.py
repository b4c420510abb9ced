from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.inference import annotator
from ner.inference.annotator import Annotator
from ner.inference.text_windows import windows_of
from ner.text.text_batch import TextBatch
from ner.text.tokenizer import TokenizedText
from tests.character_models import local_model
from tests.text_batches import windows_in_words

TOKENS = st.lists(st.text("abcXYZ.,", min_size=1, max_size=9), max_size=80)


def windows(*texts, **options):
    batch = TextBatch.from_texts([TokenizedText.from_tokens(tokens) for tokens in texts])
    return windows_in_words(batch, windows_of(batch, **options))


def test_a_short_text_is_one_window():
    found = windows(["Ada", "went"], [], ["Bo"], size=8, context=2)
    assert found == [("Ada went", ["Ada", "went"], ["Ada", "went"]), ("Bo", ["Bo"], ["Bo"])]
    assert not windows([], size=8, context=2)
    assert not windows(size=8, context=2)


def test_windows_begin_and_end_at_tokens_and_overlap():
    found = windows(["one", "two", "three", "four", "five", "six"], size=15, context=4)
    assert [(text, counted) for text, _, counted in found] == [
        ("one two three", ["one", "two"]),
        ("two three four", ["three"]),
        ("three four five", ["four"]),
        ("four five six", ["five", "six"]),
    ]


@given(TOKENS, st.integers(5, 40), st.integers(0, 12))
def test_every_word_counts_once_with_context_on_both_sides(tokens, size, context):
    size = max(size, 2 * context + 1)
    texts = [tokens, ["Ada"], tokens[::-1]]
    found = windows(*texts, size=size, context=context)
    assert all(len(text) <= size for text, _, _ in found)
    assert all(set(counted) <= set(words) for _, words, counted in found)
    short = [tokens for tokens in texts if len(" ".join(tokens)) <= size]
    long = [tokens for tokens in texts if len(" ".join(tokens)) > size]
    assert [*chain.from_iterable(counted for _, _, counted in found)] == [*chain.from_iterable(short + long)]


@given(TOKENS, st.integers(50, 80))
def test_any_cut_gives_what_the_whole_gives(tokens, size):
    """The model sees three characters to each side, so ten characters of context leave nothing out."""
    text = TokenizedText.from_tokens(tokens)
    model = local_model(radius=3)
    [whole] = Annotator(model, "viterbi").tag([text], 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(annotator, "windows_of", lambda texts: windows_of(texts, size, 10))
        [cut] = Annotator(model, "viterbi").tag([text], 4)
    assert cut.tags == whole.tags
    np.testing.assert_allclose(cut.confidences, whole.confidences, rtol=1e-5)


def test_a_token_longer_than_a_window_is_read_from_its_beginning():
    found = [text for text, _, _ in windows(["Ada", "x" * 100, "Bo"], size=20, context=5)]
    assert max(map(len, found)) == 20
    assert "x" * 20 in found
