"""Lines of brat's standoff, as brat itself and a build read them."""

import pytest

from ner.text.standoff import Standoff, standoff_lines
from tests.readers.written import read, shown


@pytest.mark.parametrize(
    ("entity", "line"),
    [
        ("New York", "T1\tLOC 3 11\tNew York\n"),
        ("New\u00a0York", "T1\tLOC 3 11\tNew\u00a0York\n"),
        ("New  York", "T1\tLOC 3 12\tNew  York\n"),
        ("New\tYork", "T1\tLOC 3 11\tNew\tYork\n"),
        ("New\nYork", "T1\tLOC 3 6;7 11\tNew York\n"),
        ("New \r\n\n  York", "T1\tLOC 3 6;12 16\tNew York\n"),
        ("New\u2028York\x0bCity", "T1\tLOC 3 6;7 11;12 16\tNew York City\n"),
    ],
)
def test_an_entity_has_the_white_space_of_the_text_and_is_in_pieces_over_line_breaks(tmp_path, entity, line):
    text = f"in {entity}, today"
    lines = standoff_lines(text, [Standoff("LOC", 3, 3 + len(entity))])
    assert lines == [line]
    (tmp_path / "a.txt").write_bytes(text.encode())
    (tmp_path / "a.ann").write_bytes("".join(lines).encode())
    [sentence] = shown(read(tmp_path, "brat")[0])
    assert sentence.startswith("in New/B-LOC York/I-LOC")
