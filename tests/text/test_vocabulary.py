import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.errors import InputError
from ner.text.vocabulary import REPLACEMENT, Vocabulary


def test_vocabulary_numbers_characters_in_code_point_order_after_padding_and_unknown():
    vocabulary = Vocabulary.from_text(["ba", "a c"])
    assert vocabulary.characters == (" ", "a", "b", "c")
    assert len(vocabulary) == 6
    ids = vocabulary.encode("cab?")
    assert ids.dtype == np.uint16
    assert ids.tolist() == [5, 3, 4, 1]


@given(st.text(), st.text())
def test_decode_inverts_encode_but_for_unknown_characters(known, text):
    vocabulary = Vocabulary.from_text([known])
    expected = "".join(character if character in known else REPLACEMENT for character in text)
    assert vocabulary.decode(vocabulary.encode(text)) == expected


def test_decode_leaves_out_padding():
    assert Vocabulary(("a",)).decode([2, 0, 2, 0]) == "aa"


@pytest.mark.parametrize(
    ("characters", "message"),
    [
        (("ab",), "'ab' is not one character"),
        (("a", "a"), "names a character twice"),
        (tuple(map(chr, range(0x10000, 0x10000 + 65_535))), "at most 65534"),
    ],
)
def test_vocabulary_refuses_what_no_record_can_hold(characters, message):
    with pytest.raises(InputError, match=message):
        Vocabulary(characters)


def test_codes_do_not_depend_on_the_order_of_the_characters():
    assert Vocabulary(("a", "ß", "\x00")).codes.tolist() == [0x110000, 0x110001, 97, 223, 0]
    assert Vocabulary(("ß",)).codes.dtype == np.int64
