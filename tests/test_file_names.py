import pytest

from ner.file_names import distinct, stem, unused, utf8_name


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("news/a.v1.txt", "a.v1"),
        ("a.v1.txt.gz", "a.v1"),
        ("a.tsv.xz", "a"),
        ("README", "README"),
        ("dir.d/.hidden", ".hidden"),
        (".gz", ".gz"),
    ],
)
def test_a_stem_has_no_suffix_of_a_text_or_compressed_file(path, expected):
    assert stem(path) == expected


def test_no_two_names_are_the_same_whatever_their_case():
    assert distinct(["a", "a", "a-2", "A", "b"]) == ["a", "a-2", "a-2-2", "A-3", "b"]


def test_the_first_number_that_is_free_is_taken():
    assert unused("a", {"a", "a-2", "a-4"}) == "a-3"


def test_bytes_of_a_name_that_are_no_utf8_are_replaced():
    assert utf8_name("\u6771/caf\udce9.txt") == "\u6771/caf\ufffd.txt"
