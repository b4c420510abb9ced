import gzip
import os
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_tools.readers import sources
from data_tools.readers.sources import LineCount, expand, is_converted, open_source, place, read_blocks
from ner.errors import InputError

BOM = b"\xef\xbb\xbf"


@pytest.fixture
def write(tmp_path):
    def write_file(content, name="train.txt"):
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write_file


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """One file that a property test writes again and again."""
    return tmp_path_factory.mktemp("sources") / "train.txt"


def test_expand_sorts_within_a_pattern_and_keeps_the_order_given(write, tmp_path):
    for name in ("b.txt", "a.txt", "c.conll"):
        write(b"x O\n", name)
    names = expand([f"{tmp_path}/c.conll", f"{tmp_path}/*.txt"])
    assert [Path(name).name for name in names] == ["c.conll", "a.txt", "b.txt"]


def test_expand_gives_a_file_once_under_its_first_name(write, tmp_path):
    path = write(b"x O\n")
    assert expand([path, f"{tmp_path}/*", f"{tmp_path}/./train.txt"]) == [path]


def test_expand_takes_a_name_with_pattern_characters_literally(write):
    path = write(b"x O\n", "train[1].txt")
    assert expand([path]) == [path]


def test_expand_leaves_out_folders_beside_the_files_of_a_pattern(write, tmp_path):
    path = write(b"x O\n")
    (tmp_path / "folder").mkdir()
    assert expand([f"{tmp_path}/*"]) == [path]


def test_expand_names_the_pattern_that_matches_nothing(tmp_path):
    with pytest.raises(InputError, match=r"dev\*: no such file, and nothing matches it as a pattern"):
        expand([f"{tmp_path}/dev*"])


@pytest.mark.parametrize("pattern", ["", "/*"])
def test_expand_refuses_a_folder(tmp_path, pattern):
    (tmp_path / "folder").mkdir()
    folder = tmp_path / "folder" if not pattern else tmp_path
    with pytest.raises(
        InputError, match=r"folder: a folder where a file was meant; name its files, e\.g\. .*folder/\*\.txt"
    ):
        expand([f"{folder}{pattern}"])


def test_expand_refuses_an_empty_name():
    with pytest.raises(InputError, match="an empty file name was given"):
        expand([""])


@pytest.mark.parametrize("mark", [b"", BOM])
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_open_source_stands_after_the_mark_in_plain_and_compressed_files(write, mark, compress):
    with open_source(write(compress(mark + b"EU O\n"))) as file:
        assert file.tell() == len(mark)
        assert file.read() == b"EU O\n"
        file.seek(len(mark) + 3)
        assert file.read() == b"O\n"


def test_is_converted_looks_at_the_first_bytes_not_the_name(write):
    assert is_converted(write(gzip.compress(b"EU O\n"), "train.txt"))
    assert not is_converted(write(b"EU O\n", "train.gz"))


def test_open_source_refuses_a_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"dev\.txt: no such file; check the name"):
        open_source(f"{tmp_path}/dev.txt")


def test_open_source_refuses_a_folder(tmp_path):
    with pytest.raises(InputError, match="a folder where a file was meant"):
        open_source(str(tmp_path))


def test_open_source_refuses_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="pipe: not a plain file; it is read more than once"):
        open_source(f"{tmp_path}/pipe")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_open_source_reads_utf16_with_a_byte_order_mark(write, encoding, compress):
    path = write(compress("\ufeffcafé \U0001d538 O\n\nx O\n".encode(encoding)))
    with open_source(path) as file:
        assert file.tell() == 0
        assert file.read() == "café \U0001d538 O\n\nx O\n".encode()
    assert [block.offset for block in read_blocks(path)] == [0, 14]
    assert place(path, 14) == f"{path}:3"
    assert is_converted(path)


def test_open_source_names_damaged_utf16(write):
    with pytest.raises(InputError, match=r"train\.txt: damaged UTF-16 text \(truncated data\); get the file again"):
        open_source(write("\ufeffEU O".encode("utf-16-le") + b"\x00"))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-12],
        lambda data: data[:30] + b"?" + data[31:],
        lambda data: data[:5],
        lambda data: data + b"?",
    ],
    ids=["cut", "changed", "header", "trailing"],
)
def test_read_blocks_names_damaged_gzip_data(write, damage):
    content = "".join(f"word{number} O\n\n" for number in range(1000)).encode()
    with pytest.raises(InputError, match=r"train\.gz: damaged GZIP data \(.*\); get or compress the file again"):
        list(read_blocks(write(damage(gzip.compress(content)), "train.gz")))


def test_whoever_reads_damaged_gzip_data_is_told_the_file(write):
    content = "".join(f"word{number} O\n" for number in range(20_000)).encode()
    path = write(gzip.compress(content)[:-12], "train.gz")
    for read in (lambda file: file.read(), list, lambda file: file.seek(len(content))):
        with open_source(path) as file, pytest.raises(InputError, match=r"train\.gz: damaged GZIP data \(.*\); get or"):
            read(file)


@pytest.mark.parametrize("mark", [b"", BOM])
@pytest.mark.parametrize("compress", [bytes, gzip.compress])
def test_place_counts_lines_from_one(write, mark, compress):
    path = write(compress(mark + b"a O\r\n\nb O"))
    offsets = [len(mark) + offset for offset in (0, 5, 6)]
    assert [place(path, offset) for offset in offsets] == [f"{path}:{line}" for line in (1, 2, 3)]
    assert place(path, offsets[-1], lines_below=2) == f"{path}:5"


def test_place_names_the_byte_where_others_stand_before_it_in_the_line(write, monkeypatch):
    path = write(b"[\n  [{}, {}, \n\t{}")
    for chunk_bytes in (1, 3, 1 << 20):
        monkeypatch.setattr(sources, "_CHUNK_BYTES", chunk_bytes)
        assert [place(path, offset) for offset in (5, 9, 15)] == [f"{path}:2", f"{path}:2 (byte 9)", f"{path}:3"]


def test_read_blocks_gives_offsets_and_bytes(write):
    path = write(b"\n \t\r\na O\nb O\r\n\r\n\n\xc2\x85 O")
    assert list(read_blocks(path)) == [(5, 2, b"a O\nb O\r\n"), (17, 6, b"\xc2\x85 O")]


def test_read_blocks_gives_offsets_after_a_mark(write):
    assert list(read_blocks(write(BOM + b"a O\n\nb O\n"))) == [(3, 0, b"a O\n"), (8, 2, b"b O\n")]


@pytest.mark.parametrize("content", [b"", b"\n", b" \n\t\r\n \t", BOM])
def test_read_blocks_gives_none_of_a_blank_file(write, content):
    assert list(read_blocks(write(content))) == []


LINES = st.sampled_from([b"a O\n", b"bb O\r\n", b"\n", b"\n", b" \t\n", b"\r\n", b"\xe2\x80\xa8 O\n"])


@given(st.booleans(), st.lists(LINES), st.sampled_from([b"", b"c O"]), st.lists(st.integers(1, 60), max_size=4))
def test_read_blocks_of_any_cuts_are_those_of_the_whole(scratch, marked, lines, last, cuts):
    scratch.write_bytes(BOM * marked + b"".join(lines) + last)
    path, bounds = str(scratch), [0, *sorted(cuts), None]
    joined, line_count = [], LineCount()
    for start, end in pairwise(bounds):
        first_line = line_count.lines
        joined += [block._replace(line=block.line + first_line) for block in read_blocks(path, start, end, line_count)]
    assert joined == list(read_blocks(path))
    assert line_count.lines == len(lines) + bool(last)
    assert all(place(path, block.offset) == f"{path}:{block.line + 1}" for block in joined)


def test_read_blocks_of_a_range_begins_after_its_first_blank_line(write):
    path = write(b"a O\n\nb O\n\nc O\n")  # blank lines at 4 and 9
    assert [
        [block.data[:1] for block in read_blocks(path, *part)] for part in [(0, 4), (0, 5), (4, 5), (4, 9), (5, None)]
    ] == [
        [b"a"],
        [b"a", b"b"],
        [b"b"],
        [b"b"],
        [b"c"],
    ]


def test_read_blocks_refuses_a_file_without_blank_lines(write, monkeypatch):
    monkeypatch.setattr(sources, "MAX_BLOCK_BYTES", 1000)
    path = write(b"a O\n\n" + b"word O\n" * 200)
    with pytest.raises(InputError, match=r"train\.txt:3: no blank line in the 1,000 bytes from here on; put one after"):
        list(read_blocks(path))
