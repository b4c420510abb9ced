import pytest

from data_tools.readers.columns.conllu import sentences_by_index, space_after_by_text
from data_tools.readers.columns.untagged import UntaggedReader
from tests.readers.written import read, shown


@pytest.mark.parametrize(
    ("indexes", "lengths"),
    [
        ("1 2 3", [3]),
        ("0 1 2", [3]),
        ("5 6 7", [3]),
        ("1 2 1 2 3", [2, 3]),
        ("1 1 1", [1, 1, 1]),
        ("0 0 1", [1, 2]),
        ("1-2 1 2 3 1-2 1 2", [4, 3]),
        ("1 1.1 2 0.1 1", [3, 2]),
        ("1 2.1 2", [3]),
        ("5 6 5 6", [4]),  # it does not start again, and is left as it is
        ("1 x 1", [2, 1]),
    ],
)
def test_an_index_that_starts_again_begins_a_sentence(indexes, lengths):
    cells = indexes.split()
    assert [len(cells[part]) for part in sentences_by_index(cells)] == lengths


@pytest.mark.parametrize(
    ("indexes", "tokens", "text", "spaces"),
    [
        ("", "他 是 二", "他是二", [0, 0, 0]),
        ("", "a b", " a\u3000\u00a0b ", [1, 1]),
        ("1 2 3", "don ' t", "don' t", [0, 1, 0]),
        ("1-2 1 2 3", "du de le vin", "du vin", [1, 1, 0]),
        ("1 1.1 2", "a gone b", "ab", [0, 0]),
        ("", "a b", "a c", None),
        ("", "a b", "a b c", None),
        ("", "ab c", "a bc", None),
        ("", "a b", "a", None),
    ],
)
def test_spaces_are_those_of_the_text(indexes, tokens, text, spaces):
    found = space_after_by_text(indexes.split(), tokens.split(" "), text)
    assert (found is None) == (spaces is None)
    assert found is None or list(found) == [bool(space) for space in spaces]


@pytest.mark.parametrize("mark", ["SpaceAfter=No", "NoSpaceAfter", "NoSpaceAfter|EndOfLine"])
def test_spaces_are_read_without_running_numbers_too(tmp_path, mark):
    path = tmp_path / "a.tsv"
    path.write_text(f"TOKEN\tNE\tMISC\nAda\tB-PER\t{mark}\n,\tO\t_\nBo\tB-PER\t_\n")
    assert shown(read(path, "columns")[0]) == ["Ada/B-PER|, Bo/B-PER"]


@pytest.mark.parametrize("mark", ["EndOfSentence", "NoSpaceAfter|EndOfLine|EndOfSentence", "PySBDSegment"])
def test_sentences_end_where_misc_says_so(tmp_path, mark):
    path = tmp_path / "a.tsv"
    path.write_text(f"TOKEN\tNE\tMISC\n# document_id = 1\nAda\tB-PER\t_\n.\tO\t{mark}\nBo\tI-PER\t_\nja\tO\t{mark}\n")
    assert shown(read(path, "columns")[0]) == ["Ada/B-PER .", "Bo/B-PER ja"]


def test_spaces_of_a_file_to_be_tagged_are_read_without_running_numbers_too():
    reader = UntaggedReader("in.txt", {}, lambda note: None)
    assert [text.text for text, _ in reader(["Ada\tSpaceAfter=No", ",\t_", "Bo\t_"], 1)] == ["Ada, Bo"]
