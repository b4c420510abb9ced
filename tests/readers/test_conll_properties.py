"""Whatever the lines or bytes of a column file, and wherever it is cut."""

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data_tools.readers.base import ReadCounts
from data_tools.readers.columns.conll import read_sentences
from data_tools.readers.columns.dialect_detection import find_dialect
from ner.errors import InputError
from tests import reference_reader

BOM = b"\xef\xbb\xbf"


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """One file that a property test writes again and again."""
    return tmp_path_factory.mktemp("conll") / "train.txt"


LINES = ["a O", "b B-X", "#c O", "# d", "-DOCSTART- O", "# newdoc id = 3", "", "", " ", "\u2028 O"]


@given(st.lists(st.sampled_from(LINES)), st.sampled_from(["\n", "\r\n"]), st.lists(st.integers(1, 80), max_size=4))
def test_read_sentences_of_any_cuts_are_those_of_the_whole(scratch, lines, newline, cuts):
    scratch.write_text(newline.join(["a O", "", *lines]), encoding="utf-8", newline="")
    path, bounds = str(scratch), [0, *sorted(cuts), None]
    dialect, whole, parts = find_dialect(path), ReadCounts(), [ReadCounts() for _ in bounds[1:]]
    found = [
        list(read_sentences(path, dialect, docstart="keep", start=start, end=end, counts=counts))
        for (start, end), counts in zip(pairwise(bounds), parts, strict=True)
    ]
    assert reference_reader.joined(found, parts) == list(read_sentences(path, dialect, docstart="keep", counts=whole))
    assert reference_reader.total(parts) == whole


PIECES = st.sampled_from(
    [
        *(
            b"\n",
            b"\n\n",
            b"\r\n",
            b"\r",
            b" ",
            b"\t",
            b"#",
            b"a",
            b"1",
            b"2",
            b"1-2",
            b"1.1",
            b"O",
            b"B-X",
            b"I-X",
            b"B_X",
        ),
        *(
            b" O\n",
            b"\tB-X\n",
            b"a\tO\n",
            b"1\ta\tO\n",
            b"2\tb\tI-X\n",
            b"# c\n",
            b"-DOCSTART-",
            b"SpaceAfter=No",
            b"_",
        ),
        *(b"\x00", BOM, b"\xc2\x85", b"\xe2\x80\xa8", b"\xc2\xa0", b"\xff", b"\xc3", b"\x1f\x8b", b"\xc3\xa9"),
    ]
)


@given(st.one_of(st.binary(), st.lists(PIECES).map(b"".join)))
@example(b"1\ta\tSpaceAfter=No\tO\n2-3\tb\tSpaceAfter=No\tO\n2\tc\t_\tO\n3\td\t_\tO\n\n2\te\t_\tB-X\n")
@example("\ufeffa O\n\nb B-X\n".encode("utf-16-le"))
@example("\ufeffa O\n\nb B-X\n".encode("utf-16-be") + b"\x00")
@example(b"a O\n# B_X\n#\n\xef\xbb\xbf\n")
def test_read_sentences_turns_any_bytes_into_sentences_or_a_clear_error(scratch, content):
    scratch.write_bytes(content)
    path, counts = str(scratch), ReadCounts()
    try:
        found = list(read_sentences(path, find_dialect(path), counts=counts))
    except InputError as error:
        assert path in str(error)
        return
    tokens = sum(len(sentence.sentence.tokens) for sentence in found)
    skipped = counts.comments + counts.docstarts + counts.multiword_tokens + counts.empty_nodes
    skipped += counts.headers + counts.blank_marks
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16").encode()
    lines = content.removeprefix(BOM).split(b"\n")
    assert tokens + skipped == sum(bool(line.strip(b" \t\r")) for line in lines)
    for sentence in found:
        assert all(token.strip(" ") for token in sentence.sentence.tokens)
        assert len(sentence.line_offsets) == len(sentence.sentence.tokens) == len(sentence.sentence.space_after)
