import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.inference import annotator
from ner.inference.annotator import Annotator
from ner.inference.text_windows import windows_of
from ner.text.tokenizer import TokenizedText
from tests.character_models import local_model

TOKENS = st.lists(st.text("abcXYZ.,", min_size=1, max_size=9), max_size=80)


def test_a_short_text_is_one_window():
    text = TokenizedText.from_tokens(["Ada", "went"])
    [window] = windows_of(text, size=8, context=2)
    assert (window.text, window.starts, window.ends, window.counted) == ("Ada went", (0, 4), (3, 8), slice(None))
    assert not list(windows_of(TokenizedText.from_tokens([]), size=8, context=2))


def test_windows_begin_and_end_at_tokens_and_overlap():
    text = TokenizedText.from_tokens(["one", "two", "three", "four", "five", "six"])
    found = []
    for window in windows_of(text, 15, 4):
        words = [window.text[start:end] for start, end in zip(window.starts, window.ends, strict=True)]
        found.append((window.text, words[window.counted]))
    assert found == [
        ("one two three", ["one", "two"]),
        ("two three four", ["three"]),
        ("three four five", ["four"]),
        ("four five six", ["five", "six"]),
    ]


@given(TOKENS, st.integers(5, 40), st.integers(0, 12))
def test_every_word_counts_once_with_context_on_both_sides(tokens, size, context):
    size = max(size, 2 * context + 1)
    text = TokenizedText.from_tokens(tokens)
    counted = []
    for window in windows_of(text, size, context):
        assert len(window.text) <= size
        words = [window.text[start:end] for start, end in zip(window.starts, window.ends, strict=True)]
        counted += words[window.counted]
    assert counted == [token[:size] for token in tokens]


@given(TOKENS, st.integers(50, 80))
def test_any_cut_gives_what_the_whole_gives(tokens, size):
    """The model sees three characters to each side, so ten characters of context leave nothing out."""
    text = TokenizedText.from_tokens(tokens)
    model = local_model(radius=3)
    [whole] = Annotator(model, "viterbi").tag([text], 4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(annotator, "windows_of", lambda text: windows_of(text, size, 10))
        [cut] = Annotator(model, "viterbi").tag([text], 4)
    assert cut.tags == whole.tags
    np.testing.assert_allclose(cut.confidences, whole.confidences, rtol=1e-5)


def test_a_token_longer_than_a_window_is_read_from_its_beginning():
    text = TokenizedText.from_tokens(["Ada", "x" * 100, "Bo"])
    windows = list(windows_of(text, size=20, context=5))
    assert max(len(window.text) for window in windows) == 20
    assert "x" * 20 in [window.text for window in windows]
