import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.grapheme_clusters import cluster_starts
from ner.text.tokenizer import TokenizedText

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
ANY = st.text(
    st.sampled_from(
        [
            "a",
            "1",
            ".",
            " ",
            "\u0301",
            "\u200d",
            "\u200c",
            "\u00ad",
            "\u200b",
            *FAMILY,
            "\U0001f1e9",
            "\u0e33",
            "\u6771",
        ]
    )
)


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("caf\u00e9 No. 1", None),
        ("\u6771\u4eac", None),
        ("e\u0301a", [0, 2, 3]),
        ("\u0301 \u0301\u0301a", [0, 1, 2, 4, 5]),  # a mark with nothing before it stands for itself
        (f"a{FAMILY}b", [0, 1, 6, 7]),
        ("\U0001f1e9\U0001f1eaa", [0, 2, 3]),
        ("1\ufe0f\u20e32", [0, 3, 4]),
        ("\u200da", None),
        ("a\u00adb", [0, 2, 3]),
        ("a\u200b\u0600", None),
        ("\U0001f3f4\U000e0067\U000e007f", [0, 3]),
    ],
)
def test_clusters_begin_at_what_does_not_belong_to_the_character_before(text, starts):
    assert cluster_starts(text) == starts


@given(ANY)
def test_no_token_begins_or_ends_inside_a_cluster(text):
    tokenized = TokenizedText.from_text(text)
    starts = cluster_starts(text) or range(len(text) + 1)
    assert {*tokenized.starts, *tokenized.ends} <= set(starts)
