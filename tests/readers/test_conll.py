import gzip
import re
from pathlib import Path

import pytest

from data_tools.readers.base import ReadCounts
from data_tools.readers.columns.conll import read_sentences
from data_tools.readers.columns.dialect_detection import find_dialect
from data_tools.readers.sources import place
from ner.errors import InputError
from ner.text.sentence import Sentence
from tests import reference_reader

BOM = b"\xef\xbb\xbf"


@pytest.fixture
def write(tmp_path):
    def write_file(content):
        path = tmp_path / "train.txt"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write_file


@pytest.fixture
def read(write):
    """Reads a text: its sentences as lists of `token/tag`, and what was counted."""

    def read_text(content, **options):
        path, counts = write(content), ReadCounts()
        found = list(read_sentences(path, find_dialect(path), counts=counts, **options))
        return [[f"{t}/{g}" for t, g in zip(s.sentence.tokens, s.sentence.tags, strict=True)] for s in found], counts

    return read_text


EU = [["EU/B-ORG", "rejects/O"], ["Peter/B-PER"]]


@pytest.mark.parametrize(
    "content",
    [
        "EU B-ORG\nrejects O\n\nPeter B-PER\n",
        "EU I-ORG\nrejects O\n\nPeter I-PER",
        "EU S-ORG\r\nrejects O\r\n\r\nPeter S-PER\r\n",
        "EU\tU-ORG\nrejects\tO\n \t \nPeter\tU-PER\r",
        "\n\n\nEU  NNP  B-ORG \n  rejects  VBZ  O\n\n   \n\nPeter NNP B-PER\n\n",
        BOM + b"0\tEU\tB-ORG\n1\trejects\tO\n\n0\tPeter\tB-PER",
        BOM + b"\r\nEU B-ORG\nrejects O\n\t\nPeter B-PER",
        gzip.compress(BOM + b"EU B-ORG\nrejects O\n\nPeter B-PER\n", mtime=0),
        "B-ORG\tEU\nO\trejects\n\nB-PER\tPeter\n",
        "# id = 1\nEU B-ORG\n# in between\nrejects O\n\n# id = 2\n\nPeter B-PER\n# the end of it",
    ],
)
def test_read_sentences_reads_every_layout(read, content):
    assert read(content)[0] == EU


@pytest.mark.parametrize(
    "content",
    [
        "-DOCSTART- -X- -X- O\n\nEU NNP B-NP B-ORG\nrejects VBZ B-VP O\n\n-DOCSTART- -X- O O\n\nPeter NNP B-NP B-PER\n",
        "-DOCSTART-\nEU B-ORG\nrejects O\n-DOCSTART-\nPeter B-PER\n",
        "-DOCSTART- O\n\nEU B-ORG\nrejects O\n-DOCSTART- O\n\nPeter B-PER\n",
        "-DOCSTART-\tO\nEU\tB-ORG\nrejects\tO\n\n-DOCSTART- -X- O O\nPeter\tB-PER\n",
        "0\t-DOCSTART-\tO\n\n0\tEU\tB-ORG\n1\trejects\tO\n\n0\t-DOCSTART-\tO\n0\tPeter\tB-PER\n",
    ],
)
def test_read_sentences_knows_docstart_in_every_layout(read, content):
    found, counts = read(content)
    assert (found, counts.docstarts) == (EU, 2)
    kept, counts = read(content, docstart="keep")
    assert (kept, counts.docstarts) == ([["-DOCSTART-/O"], EU[0], ["-DOCSTART-/O"], EU[1]], 2)


def test_read_sentences_drops_no_word_that_begins_with_a_hash(read):
    found, counts = read("#wow\tO\n#\tO\n# a comment\n#NATO\tB-ORG\n")
    assert found == [["#wow/O", "#/O", "#NATO/B-ORG"]]
    assert counts.comments == 1


def test_read_sentences_takes_any_character_that_is_no_control_character_for_text(read):
    words = ["a\u00a0b", "\u200b", "x\ufeff", "\u200f\u05d0", "👩‍🚀", "a\u2028b", "\u3000", "e\u0301"]
    for separator in " ", "\t":
        assert read("".join(f"{word}{separator}O\n" for word in words))[0] == [[f"{word}/O" for word in words]]


def test_read_sentences_keeps_spaces_inside_tokens_between_tabs(read):
    assert read("New York\tB-LOC\n is \tO \n")[0] == [["New York/B-LOC", "is/O"]]


CONLLU = """# text = don't go.
1-2\tdon't\tO\tSpaceAfter=No
1\tdo\tO\t_
2\tn't\tO\t_
3\tgo\tO\tx=y|SpaceAfter=No
3.1\tgone\tO\t_
4\t.\tO\tSpaceAfterwards=No

1-2\tEU's\tO\t_
1\tEU\tB-ORG\t_
2\t's\tO\t_
3\t.\tO\tSpaceAfter=No
"""


def test_read_sentences_honours_conllu(write):
    path, counts = write(CONLLU), ReadCounts()
    first, second = read_sentences(path, find_dialect(path), counts=counts)
    assert first.sentence == Sentence(("do", "n't", "go", "."), ("O",) * 4, (True, True, False, False))
    assert first.sentence.text == "do n't go."
    assert (first.offset, list(first.line_offsets)) == (CONLLU.index("1\tdo"), [0, 1, 2, 4])
    assert (second.offset, list(second.line_offsets)) == (CONLLU.index("1\tEU"), [0, 1, 2])
    assert second.sentence == Sentence(("EU", "'s", "."), ("B-ORG", "O", "O"), (True, True, False))
    assert (counts.comments, counts.multiword_tokens, counts.empty_nodes) == (1, 2, 1)
    assert (counts.texts, counts.text_mismatches) == (1, 0)


def test_read_sentences_takes_space_after_where_there_is_no_text_or_it_is_another_one(write):
    for comment, mismatches in (("# id = 1", 0), ("# text = do not go.", 1)):
        path, counts = write(CONLLU.replace("# text = don't go.", comment)), ReadCounts()
        first = next(read_sentences(path, find_dialect(path), counts=counts)).sentence
        assert first == Sentence(("do", "n't", "go", "."), ("O",) * 4, (True, False, False, True))
        assert (counts.texts, counts.text_mismatches) == (mismatches, mismatches)


def test_read_sentences_counts_the_documents_that_lines_begin(write):
    path, counts = (
        write(
            "a O\n#begin document (x); part 000\nb O\n# newdoc id = 7\n\n# newdocument\nc O\n\n"
            "# hipe2022:document_id = 8\n# hipe2022:date = 1798\nd O\n# document_id = 9\n# date = 1798\ne O\n"
        ),
        ReadCounts(),
    )
    found = read_sentences(path, find_dialect(path), counts=counts)
    assert [(one.sentence.text, one.line, one.document) for one in found] == [
        ("a", 0, 0),
        ("b", 2, 1),
        ("c", 6, 2),
        ("d", 10, 3),
        ("e", 13, 4),
    ]
    marks = ("#begin document", "# newdoc", "# hipe2022:document_id", "# document_id")
    assert counts.documents == dict.fromkeys(marks, 1)
    assert (counts.lines, counts.comments) == (14, 7)


def test_read_sentences_says_where_each_token_stood(write):
    path = write("# Ä\nEU B-ORG\n\r\n# b\r\nä O\r\n# c\nb O\n-DOCSTART-\nc O\n")
    for found in read_sentences(path, find_dialect(path), docstart="keep"):
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        first = int(place(path, found.offset).rpartition(":")[2])
        rows = [lines[first - 1 + below].split()[0] for below in found.line_offsets]
        assert rows == list(found.sentence.tokens)


def test_read_sentences_counts_the_tags_as_they_stood(read):
    assert read("a I-X\nb I-X\nc B-X\nd O\n")[1].evidence.describe() == "IOB1 (2 entities: 1 open with I-, 1 with B-)"


def test_read_counts_add_up(read):
    one = read("# a b\n-DOCSTART- O\na I-X\n")[1]
    two = read(CONLLU)[1]
    both = reference_reader.total([one, two])
    assert (both.comments, both.docstarts, both.multiword_tokens, both.empty_nodes) == (2, 1, 2, 1)
    assert both.evidence.pairs == one.evidence.pairs + two.evidence.pairs
    assert reference_reader.total([ReadCounts(), one]) == one


FINE = "EU B-ORG\nis O\n\n" * 5  # fifteen lines
FINE_TABS = FINE.replace(" ", "\t")
SPACED, TABBED = "separated by spaces, 2 columns: token 0, tag 1", "tab-separated, 2 columns: token 0, tag 1"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (f"{FINE}a O\nEU\n", 17, f"1 column in 'EU', but the file is {SPACED} (counted from 0); correct the line"),
        (f"{FINE}New York B-LOC\n", 16, f"3 columns in 'New York B-LOC', but the file is {SPACED}"),
        (f"{FINE}EU\tO\n", 16, f"1 column and a tab in 'EU\\tO', but the file is {SPACED}"),
        (f"{FINE_TABS}EU O\n", 16, f"1 column in 'EU O', but the file is {TABBED}"),
        (f"{FINE_TABS}EU\tNNP\tO\n", 16, f"3 columns in 'EU\\tNNP\\tO', but the file is {TABBED}"),
        (f"{FINE_TABS}\u00a0\n", 16, r"1 column in '\xa0', but the file is"),
        (
            f"{FINE}a O\nEU B_PER\n",
            17,
            "tag 'B_PER' is not O, B-TYPE or I-TYPE (of other schemes also E-, S-, L-, U-, M-, W-TYPE)",
        ),
        (f"{FINE}a 1\nb 2\nc 3\nd 4\n", 16, "tag '1' is not"),
        (f"{FINE}EU I-\n", 16, "tag 'I-' is not O, B-TYPE or I-TYPE"),
        (f"{FINE}EU b-per\n", 16, "tag 'b-per' is not O, B-TYPE or I-TYPE"),
        (f"{FINE}# c\n-DOCSTART-\n#wow B_PER\n", 18, "tag 'B_PER' is not"),
        (
            f"{FINE}#wow B_PER\n",
            16,
            "--tag_column (a line that begins with # and has the columns of a row is no comment)",
        ),
        (f"{FINE_TABS}EU\t\n", 16, "tag '' is not"),
        (f"{FINE_TABS}\tO\n", 16, "the token (column 0) is empty; correct the line, or give --empty_token=drop"),
        (f"{FINE_TABS}a\tO\n  \tO\n", 17, "the token (column 0) is empty; correct the line"),
        (f"{FINE}a\x00b O\n", 16, "control character U+0000 is character 2 of the line; remove it"),
        (f"{FINE}a O\nb\rc O\n", 17, "control character U+000D is character 2 of the line; remove it"),
        (f"{FINE}a O\r\r\n", 16, "control character U+000D is character 4 of the line"),
        (f"{FINE}a\x0bb O\n", 16, "control character U+000B"),
        (f"{FINE}\x0c\n", 16, "control character U+000C"),
        (f"{FINE}# \x1b c\n", 16, "control character U+001B"),
        (
            FINE.encode() + b"a O\ncaf\xe9 O\n",
            17,
            "byte 0xE9, byte 4 of the line, is not UTF-8; convert the file, or name its --encoding",
        ),
        (FINE.encode() + b"\xed\xa0\x80 O\n", 16, "byte 0xED, byte 1 of the line, is not UTF-8"),
        ("1 a O\n2 b O\nx c O\n" + "1 a O\n2 b O\n" * 9, 3, "'x' is not a number, but column 0 holds running numbers"),
    ],
)
def test_read_sentences_names_the_line_and_the_fault(write, content, line, message):
    path = write(content)
    for file in path, write(gzip.compress(Path(path).read_bytes())):
        with pytest.raises(InputError, match=rf"/train\.txt:{line}: (.* )?{re.escape(message)}"):
            list(read_sentences(file, find_dialect(file)))


def test_read_sentences_names_the_line_after_a_mark_and_in_a_range(write):
    path = write(BOM + f"{FINE}EU B_PER\n".encode())
    dialect = find_dialect(path)
    with pytest.raises(InputError, match=r"train\.txt:16: tag 'B_PER'"):
        list(read_sentences(path, dialect, start=40))
    assert len(list(read_sentences(path, dialect, end=40))) == 3
