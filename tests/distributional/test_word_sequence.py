import pytest

from data_tools.building.maps.processes import parallel_map
from data_tools.distributional.word_sequence import BREAK, RARE, read_words
from data_tools.readers.base import byte_ranges
from data_tools.readers.faults import FaultyLinesError
from data_tools.readers.plain_text import PlainTextReader

TEXT = "Ada met Bo. Bo met Ada!\n\nAda, Bo, Tolk\n"


def test_words_are_numbered_by_how_often_they_occur(tmp_path):
    path = tmp_path / "text.txt"
    path.write_text(TEXT)
    found = read_words(PlainTextReader(), [str(path)], min_count=2, max_words=10)
    assert found.words == ("Ada", "Bo", "met", ",")  # as often: in the order of the text
    assert found.ids.tolist() == [
        *(0, 2, 1, RARE, BREAK),
        *(1, 2, 0, RARE, BREAK),
        *(0, 3, 1, 3, RARE, BREAK),
    ]
    assert found.num_tokens == 13
    fewer = read_words(PlainTextReader(), [str(path)], min_count=2, max_words=2)
    assert fewer.words == ("Ada", "Bo")
    assert fewer.ids.tolist() == [one if one < 2 else RARE for one in found.ids.tolist()]


def test_processes_and_parts_change_nothing(tmp_path, monkeypatch):
    paths = []
    for number in range(3):
        paths.append(str(tmp_path / f"{number}.txt"))
        (tmp_path / f"{number}.txt").write_text(TEXT * (number + 1) + f"Only here {number}.\n" * 2)
    alone = read_words(PlainTextReader(), paths, 2, 10)
    with parallel_map(2) as map_:
        together = read_words(PlainTextReader(), paths, 2, 10, map_)
    assert (alone.words, alone.ids.tolist()) == (together.words, together.ids.tolist())
    monkeypatch.setattr("data_tools.readers.base.RANGE_BYTES", 16)
    assert len(byte_ranges(paths[0])) > 1
    in_parts = read_words(PlainTextReader(), paths, 2, 10)
    assert (alone.words, alone.ids.tolist()) == (in_parts.words, in_parts.ids.tolist())


def test_lines_that_are_no_text_are_named(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes(b"Ada met Bo.\n\xff\xfe broken\nmore\n\xff\n")
    with pytest.raises(FaultyLinesError, match=r"text.txt:2: .*\n.*text.txt:4: "):
        read_words(PlainTextReader(), [str(path)], 1, 10)
