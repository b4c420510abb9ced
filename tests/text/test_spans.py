import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.spans import Span, spans_of
from tests.iob2 import tags_of

ANY_TAGS = st.lists(st.sampled_from(["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-creative-work"]), max_size=12)


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("", []),
        ("O O", []),
        ("B-PER", [("PER", 0, 1)]),
        ("B-PER I-PER O", [("PER", 0, 2)]),
        ("O B-PER B-PER", [("PER", 1, 2), ("PER", 2, 3)]),
        ("I-PER I-PER O I-PER", [("PER", 0, 2), ("PER", 3, 4)]),
        ("B-PER I-LOC I-LOC", [("PER", 0, 1), ("LOC", 1, 3)]),
        ("B-creative-work I-creative-work", [("creative-work", 0, 2)]),
    ],
)
def test_spans_of_counts_as_conlleval(tags, spans):
    assert spans_of(tags.split()) == [Span(*span) for span in spans]


@given(ANY_TAGS)
def test_spans_of_gives_back_the_spans_of_tags_of(tags):
    spans = spans_of(tags)
    assert spans_of(tags_of(spans, len(tags))) == spans
