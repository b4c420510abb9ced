"""WebAnno TSV 3: entities over several tokens, and the spaces that the places of tokens tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.errors import InputError
from ner.text.spans import spans_of
from tests.readers.written import equal, read, sentences, shown, survive

HEAD = (
    "#FORMAT=WebAnno TSV 3.3\n#T_SP=de.tudarmstadt.ukp.dkpro.core.api.pos.type.POS|PosValue\n"
    "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value\n\n\n"
)
ROWS = (
    "#Text=The EU's York, Bo.\n1-1\t0-3\tThe\tDT\t*[1]\tORG[1]\t\n1-2\t4-6\tEU\tNNP\t*[1]\tORG[1]\t\n"
    "1-3\t6-8\t's\tPOS\t_\t_\t\n1-4\t9-13\tYork\tNNP\t*[2]\tLOC[2]|PER[5]\t\n1-5\t13-14\t,\t,\t_\t_\t\n"
    "1-6\t15-17\tBo\tNNP\t*\tPER\t\n1-6.1\t15-16\tB\t_\t*\tX\t\n1-7\t17-18\t.\t.\t_\t_\t\n"
)


@pytest.fixture
def write(tmp_path):
    def write_file(content):
        path = tmp_path / "a.tsv"
        path.write_text(content, encoding="utf-8")
        return path

    return write_file


def test_entities_and_spaces_are_read(write):
    found, counts = read(write(HEAD + ROWS), "webanno")
    assert shown(found) == ["The/B-ORG EU/I-ORG|'s York/B-LOC|, Bo/B-PER|."]
    assert (counts.cut_tokens, counts.overlapping_spans, counts.comments) == (0, 2, 4)


def test_entities_side_by_side_are_kept_apart(write):
    rows = "1-1\t0-1\ta\tX\t*[1]\tPER[1]\t\n1-2\t2-3\tb\tX\t*[2]\tPER[2]\t\n1-3\t4-5\tc\tX\t*\tPER\t\n"
    assert shown(read(write(HEAD + rows), "webanno")[0]) == ["a/B-PER b/B-PER c/B-PER"]
    again = rows.replace("*[2]\tPER[2]", "*[2]\tLOC[2]").replace("*\tPER\t", "*[1]\tPER[1]\t")
    assert shown(read(write(HEAD + again), "webanno")[0]) == ["a/B-PER b/B-LOC c/B-PER"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("LOC[1]|ORG[2] LOC[1]|ORG[2] ORG[2]", "a/B-ORG b/I-ORG c/I-ORG"),  # the outer one
        ("LOC[1]|ORG[2] ORG[2]|LOC[1] ORG[2]", "a/B-ORG b/I-ORG c/I-ORG"),
        ("ORG[2] ORG[2]|LOC[1] LOC[1]", "a/B-ORG b/I-ORG c"),  # the first one
        ("_ ORG[2]|LOC[1] PER", "a b/B-ORG c/B-PER"),
        (r"work\_of\_art[1] work\_of\_art[1] a\|b", "a/B-work_of_art b/I-work_of_art c/B-a|b"),
    ],
)
def test_of_overlapping_entities_the_outer_or_the_first_is_kept(write, cells, expected):
    rows = [
        f"1-{number}\t{2 * number - 2}-{2 * number - 1}\t{token}\tX\t_\t{cell}\t\n"
        for number, (token, cell) in enumerate(zip("abc", cells.split(), strict=True), start=1)
    ]
    found, counts = read(write(HEAD + "".join(rows)), "webanno")
    assert shown(found) == [expected]
    assert counts.overlapping_spans == ("LOC" in cells)


PARTS = (
    "1-1\t0-3\tNew\tX\t*[1]\tLOC[1]\t\n1-2\t4-14\tYork-based\tX\t_\t_\t\n1-2.1\t4-8\tYork\tX\t*[1]\tLOC[1]\t\n"
    "{based}1-3\t15-19\tfirm\tX\t_\t{firm}\t\n"
)


@pytest.mark.parametrize(
    ("based", "firm", "expected", "cuts", "overlaps"),
    [
        ("", "_", "New/B-LOC York-based/I-LOC firm", 1, 0),
        ("1-2.2\t9-14\tbased\tX\t*\tADJ\t\n", "_", "New/B-LOC York-based/I-LOC firm", 2, 0),
        ("1-2.2\t9-14\tbased\tX\t*[2]\tADJ[2]\t\n", "ADJ[2]", "New/B-LOC York-based/I-LOC firm/B-ADJ", 2, 0),
        ("1-2.2\t4-6\tYo\tX\t*\tX\t\n", "ORG", "New/B-LOC York-based/I-LOC firm/B-ORG", 1, 1),
        ("1-2.2\t5-6\to\tX\t_\t_\t\n", "ORG", "New/B-LOC York-based/I-LOC firm/B-ORG", 1, 0),
        ("1-2.2\t5-6\to\tX\t*\t*\t\n", "ORG", "New/B-LOC York-based/I-LOC firm/B-ORG", 1, 0),
    ],
)
def test_an_entity_of_a_part_of_a_token_means_the_token(write, tmp_path, based, firm, expected, cuts, overlaps):
    path = write(f"{HEAD}{PARTS.format(based=based, firm=firm)}")
    found, counts = read(path, "webanno")
    assert (shown(found), counts.cut_tokens, counts.overlapping_spans) == ([expected], cuts, overlaps)
    assert str(counts.cut_examples[0]) == f"{path}:7: 'New York' in 'York-based'"


def test_parts_of_tokens_are_those_of_code_units(write):
    rows = "1-1\t5-9\t\U0001f30dab\tX\t_\t_\t\n1-1.1\t7-8\ta\tX\t*\tX\t\n1-1.2\t8-9\tb\tX\t*\tY\t\n"
    found, counts = read(write(HEAD + rows), "webanno")
    assert (shown(found), counts.cut_tokens) == (["\U0001f30dab/B-X"], 2)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1-2\t2-4\tbc", r"a\.tsv:7: 'bc' at 2-4: it does not lie after the token before; correct the places"),
        ("1-2\t4-4\tbc", r"a\.tsv:7: 'bc' at 4-4: it does not lie"),
        ("1-1.1\t2-4\tbc", r"a\.tsv:7: 'bc' at 2-4: it does not lie in the token above; correct the places"),
    ],
)
def test_places_that_cannot_be_are_named(write, row, message):
    with pytest.raises(InputError, match=message):
        read(write(f"{HEAD}1-1\t0-3\tabc\tX\t_\t_\t\n{row}\tX\t_\t_\t\n"), "webanno")


def test_a_type_of_a_part_of_a_token_is_checked_as_that_of_a_token(write):
    rows = "1-1\t0-3\tabc\tX\t_\t_\t\n1-1.1\t0-1\ta\tX\t_\t|\t\n"
    with pytest.raises(InputError, match=r"a\.tsv:7: tag 'B-' is not O"):
        read(write(HEAD + rows), "webanno")


def test_backslashes_of_the_notation_are_not_in_tokens(write):
    rows = "1-1\t0-3\ta\\|b\tX\t_\t_\t\n1-2\t4-7\tc\\d\tX\t_\t_\t\n"
    assert shown(read(write(HEAD + rows), "webanno")[0]) == ["a|b c\\d"]


def test_spans_without_a_type_are_counted_and_no_entities(write):
    rows = "1-1\t0-1\ta\tX\t*[1]\t*[1]\t\n1-2\t2-3\tb\tX\t*[1]\t*[1]\t\n1-3\t4-5\tc\tX\t*\t*\t\n"
    rows += "1-4\t6-7\td\tX\t_\t_\t\n1-5\t8-9\te\tX\t*\tPER\t\n"
    found, counts = read(write(HEAD + rows), "webanno")
    assert (shown(found), counts.untyped_spans) == (["a b c d e/B-PER"], 2)


def test_the_layer_may_have_another_name(write):
    head = "#FORMAT=WebAnno TSV 3.2\n#T_SP=webanno.custom.Entity|kind\n\n\n"
    assert shown(read(write(f"{head}1-1\t0-1\ta\tGENE\t\n"), "webanno")[0]) == ["a/B-GENE"]
    two = head.replace("\n\n", "\n#T_SP=webanno.custom.Other|kind\n\n", 1)
    with pytest.raises(
        InputError, match=r"which layer holds entities\? Name one with --tag_column: 3 \(Entity: kind\), 4"
    ):
        read(write(two), "webanno")
    assert shown(read(write(f"{two}1-1\t0-1\ta\tGENE\tX\t\n"), "webanno", tag_column=4)[0]) == ["a/B-X"]


def test_rows_with_a_fault_are_named(write):
    with pytest.raises(InputError, match=r"a.tsv:6: 'x\\ty': expected 1-1<TAB>0-5<TAB>TOKEN<TAB>... with a column 5"):
        read(write(f"{HEAD}x\ty\n"), "webanno")


@given(sentences())
def test_written_sentences_are_read_back(tmp_path_factory, written):
    text, entities = HEAD, 0
    for number, sentence in enumerate(written, 1):
        values = ["_"] * len(sentence.tokens)
        for span in spans_of(sentence.tags):
            entities += 1
            values[span.start : span.end] = [f"{span.type}[{entities}]"] * (span.end - span.start)
        starts, ends = sentence.token_spans
        for row, token in enumerate(sentence.tokens):
            text += f"{number}-{row + 1}\t{starts[row]}-{ends[row]}\t{token}\t_\t_\t{values[row]}\t\n"
        text += "\n"
    path = tmp_path_factory.getbasetemp() / "written.tsv"
    path.write_text(text, encoding="utf-8")
    assert equal(read(path, "webanno")[0], written)


PIECES = [b"\n", b"\t", b"1-1", b"0-1", b"a", b"X[1]", b"_", b"#", b"|", b"\xff", b"1-1\t0-1\ta\t_\t_\tX\t\n", b"[1]"]


@given(st.lists(st.sampled_from(PIECES)).map(b"".join))
def test_any_bytes_are_sentences_or_an_error_with_the_file(tmp_path_factory, content):
    survive(tmp_path_factory.getbasetemp() / "any.tsv", HEAD.encode() + content, "webanno")
