import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.text.offsets import positions


def test_each_unit_has_its_own_positions():
    text = "a\u00e9\u6771\U0001f600b"
    assert list(positions(text, "codepoint")) == [0, 1, 2, 3, 4, 5]
    assert positions(text, "utf16") == [0, 1, 2, 3, 5, 6]
    assert positions(text, "byte") == [0, 1, 3, 6, 10, 11]
    with pytest.raises(ValueError, match="'char' is not one of codepoint, utf16, byte"):
        positions(text, "char")


@given(st.text(), st.integers(0, 20), st.integers(0, 20))
def test_slices_in_a_unit_are_slices_of_the_encoded_text(text, start, length):
    start, end = min(start, len(text)), min(start + length, len(text))
    utf16, byte = positions(text, "utf16"), positions(text, "byte")
    assert text.encode()[byte[start] : byte[end]].decode() == text[start:end]
    assert text.encode("utf-16-le")[2 * utf16[start] : 2 * utf16[end]].decode("utf-16-le") == text[start:end]
