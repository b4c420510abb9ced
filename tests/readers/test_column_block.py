"""Lines of real files that are not quite rows: each is read, counted, or a fault of its line."""

import pytest

from data_tools.readers.base import ReadCounts
from data_tools.readers.columns.conll import read_sentences
from data_tools.readers.columns.dialect_detection import find_dialect
from data_tools.readers.faults import FaultyLinesError
from data_tools.readers.read_options import ReadOptions
from ner.errors import InputError
from tests.readers.written import shown


@pytest.fixture
def read(tmp_path):
    """Reads a text: its sentences as `shown` writes them, and what was counted."""

    def read_text(content, **options):
        path, counts = tmp_path / "train.txt", ReadCounts()
        path.write_bytes(content.encode())
        found = list(read_sentences(str(path), find_dialect(str(path), ReadOptions(**options)), counts=counts))
        return shown([one.sentence for one in found]), counts

    return read_text


EU = ["EU/B-ORG rejects", "Peter/B-PER"]


@pytest.mark.parametrize(
    ("content", "counted"),
    [
        ("EU B-ORG\nrejects O\n\ufeffPeter B-PER\n", {"byte_order_marks": 1}),
        ("EU B-ORG\nrejects O\n\ufeff\nPeter B-PER\n", {"byte_order_marks": 1, "blank_marks": 1}),
        ("1 EU B-ORG\n2 rejects O\n1 Peter B-PER\n", {"index_restarts": 1}),
        ("EU\tB-ORG\t\nrejects\tO\t\n\nPeter\tB-PER\n", {}),
        ("EU B-ORG\t\nrejects O\n\nPeter B-PER\n", {}),
        ("token\tner_tag\nEU\tB-ORG\nrejects\tO\n\nPeter\tB-PER\n", {"headers": 1}),
        ("No. TOKEN NE-TAG left right\n1 EU B-ORG 7 9\n2 rejects O 7 9\n\n1 Peter B-PER 7 9\n", {"headers": 1}),
        ("Token Label\nEU B-ORG\nrejects O\n\nToken Label\nPeter B-PER\n", {"headers": 2}),
        ("EU B_ORG\nrejects O\n\nPeter B_PER\n", {}),
        ("EU ORG-B\nrejects O\n\nPeter PER-B\n", {}),
        ("EU ORG\nrejects 0\n\nPeter PER\nx 0\n".replace("\nx 0", ""), {}),
        ("--DOCSTART--\n\nEU B-ORG\nrejects O\n\n-DOCSTART\nPeter B-PER\n", {"docstarts": 2}),
        ("1\tEU\t_\tNER=B-ORG\n2\trejects\t_\tx=y\n\n1\tPeter\t_\tNER=B-PER|SpaceAfter=No\n", {}),
    ],
)
def test_what_was_refused_is_read_and_counted(read, content, counted):
    found, counts = read(content)
    assert found == EU
    assert {name: getattr(counts, name) for name in counted} == counted


def test_control_characters_of_wrong_conversions_are_kept_and_counted(read):
    found, counts = read("caf\u0096e O\nx\u0085 O\n")
    assert (found, counts.control_characters) == (["caf\u0096e x\u0085"], 2)


def test_tokens_that_nobody_annotated_are_told_from_those_outside(read):
    assert read("EU B-ORG\nx _\ny O\n\nz -\nw O\n")[0] == ["EU/B-ORG x/- y", "z/- w"]
    assert read("a B-X\nb -\nc I-X\nd O\n")[0] == ["a/B-X b/- c/B-X d"]  # after -, an entity begins
    assert read("a B-X\nb -\nc -\n")[0] == ["a/B-X b c"]  # where nothing is O, - is


def test_types_that_reports_use_themselves_are_renamed(read):
    assert read("a B-missed\nb I-missed\nc B-micro\n")[0] == ["a/B-missed_ b/I-missed_ c/B-micro"]


@pytest.mark.parametrize(("rule", "sentence"), [("drop", "a b/I-X"), ("keep", "a \ufffd/B-X b/I-X")])
def test_empty_tokens_are_dropped_or_kept_as_asked(read, rule, sentence):
    found, counts = read("a\tO\n\tB-X\nb\tI-X\n", empty_token=rule)
    assert (found, counts.empty_tokens) == ([sentence.replace("b/I-X", "b/B-X") if rule == "drop" else sentence], 1)


def test_empty_tokens_may_be_the_spaces(read):
    rows = "서\tB-LC\n울\tI-LC\n \tO\n간\tO\n다\tO\n\n가\tO\n자\tO\n"
    found, counts = read(rows, empty_token="space")
    assert (found, counts.empty_tokens) == (["서/B-LC|울/I-LC 간|다", "가|자"], 1)
    assert read("1\ta\tO\n2\t\tO\n3\tb\tB-X\n4\tc\tO\n", empty_token="space")[0] == ["a b/B-X|c"]


def test_types_are_named_for_tags_without_any(read):
    with pytest.raises(InputError, match=r"tags 'O', 'B' name no entity type; name it with --type=TYPE"):
        read("a O\nb B\nc O\n")
    assert read("a O\nb B\nc O\n", type="GENE")[0] == ["a b/B-GENE c"]


def test_layers_of_a_cell_are_refused_or_one_is_chosen(read):
    text = "a B-ORG|B-LOC\nb O|B-X\n"
    with pytest.raises(InputError, match=r"tag 'B-ORG\|B-LOC' holds the tags of several layers; choose one with --l"):
        read(text)
    assert read(text, layer=0)[0] == ["a/B-ORG b"]
    assert read(text, layer=1)[0] == ["a/B-LOC b/B-X"]
    with pytest.raises(InputError, match=r"tag 'B-ORG,B-LOC' holds several tags; keep one, or write '\|' for ',' betw"):
        read("a B-ORG,B-LOC\nb O\nc O\n")


def test_all_faults_are_told_at_once_and_the_first_twenty_by_line(read, tmp_path):
    text = "a O\nb B-X\n\n" * 100 + "a\n" + "x y\nz O\n\n" * 30 + "c O\x01\n"
    with pytest.raises(FaultyLinesError) as raised:
        read(text)
    lines = str(raised.value).split("\n")
    assert lines[0].startswith(f"{tmp_path}/train.txt:301: 1 column in 'a'")
    assert lines[1].startswith(f"{tmp_path}/train.txt:305: tag 'y' is not")
    assert (len(lines), lines[-1]) == (21, "and 11 more faults")


def test_sentences_beside_a_fault_are_still_read(tmp_path):
    path = tmp_path / "train.txt"
    path.write_text("a O\n\nb B_X\n\nc B-X\nd O\n")
    sentences = read_sentences(str(path), find_dialect(str(path)))
    assert [next(sentences).sentence.tokens for _ in range(2)] == [("a",), ("c", "d")]
    with pytest.raises(FaultyLinesError, match=r"train.txt:3: tag 'B_X'"):
        next(sentences)
