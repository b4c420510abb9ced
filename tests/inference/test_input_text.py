import io
import os
import re
import sys
from random import Random

import pytest

from data_tools.readers.untagged import UntaggedReader
from ner.errors import InputError
from ner.inference import input_text
from tests.column_mutations import SEEDS, mutate


def read_columns(paths):
    return input_text.read_columns(paths, lambda name: UntaggedReader(name, {}, lambda note: None))


def texts(windows):
    return [text.text for window in windows for text in window]


@pytest.fixture
def file(tmp_path):
    """Writes a file of the given bytes and returns its path."""

    def write(content, name="input.txt"):
        path = tmp_path / name
        path.write_bytes(content)
        return str(path)

    return write


def test_every_line_is_a_text_and_the_last_needs_no_end(file):
    paths = [file("\ufeffAda  saw\r\n\n Bo.\x0c\u2028\x85".encode(), "one"), file(b"", "empty"), file(b"\n", "blank")]
    assert texts(input_text.read_text(paths)) == ["Ada  saw", "", " Bo.\x0c\u2028\x85", ""]


def test_a_sentence_of_columns_ends_at_a_blank_line_and_at_the_end_of_a_file(file):
    paths = [file(b"\n\nAda\tB-PER\nsaw\tO\n \n\nNew York\tx\nBay\tO\n", "one"), file(b"  Bo\n\n", "two")]
    assert texts(read_columns(paths)) == ["Ada saw", "New York Bay", "Bo"]


def test_only_spaces_and_tabs_part_columns_and_other_white_space_belongs_to_the_token(file):
    content = "a\u00a0b O\n\u3000 O\n\u2028x O\n \t\r\n\u0085c d".encode()
    (first, second) = (text.tokens for window in read_columns([file(content)]) for text in window)
    assert (first, second) == (("a\u00a0b", "\u3000", "\u2028x"), ("\u0085c",))


@pytest.mark.parametrize("read_bytes", [1, 2, 3, 7])
@pytest.mark.parametrize("read", [input_text.read_text, read_columns])
def test_windows_depend_on_reads_but_texts_do_not(file, monkeypatch, read_bytes, read):
    path = file("Ada\nsé\n\nBo\r\n\nxy\nz".encode())
    whole = texts(read([path]))
    monkeypatch.setattr(input_text, "_READ_BYTES", read_bytes)
    assert texts(read([path])) == whole
    assert len(list(read([path]))) > 1


def test_standard_input_gives_what_is_there_before_more_comes(monkeypatch):
    read_end, write_end = os.pipe()
    with io.TextIOWrapper(os.fdopen(read_end, "rb")) as stream, os.fdopen(write_end, "wb", buffering=0) as writer:
        monkeypatch.setattr(sys, "stdin", stream)
        windows = input_text.read_text(["-"])
        writer.write(b"Ada\nBo")
        assert [text.text for text in next(windows)] == ["Ada"]
        writer.write(b" saw\n")
        assert [text.text for text in next(windows)] == ["Bo saw"]


@pytest.mark.parametrize(
    ("read", "content", "message"),
    [
        (input_text.read_text, b"fine\nca\xe9\n", r"input\.txt:2: not UTF-8 at byte 3 of the line .*iconv -f LATIN1"),
        (input_text.read_text, b"fine\n\xff", r"input\.txt:2: not UTF-8 at byte 1 of the line"),
        (read_columns, b"\xed\xa0\x80 O\n", r"input\.txt:1: not UTF-8"),
        (read_columns, b"Ada\tO\n\tO\n", r"input\.txt:2: the token \(column 0\) is empty"),
        (input_text.read_text, b"x\n" + b"a" * 30, r"input\.txt:2: a text of 30 characters, at most 20"),
        (input_text.read_text, b"x\n" + b"a" * 99, r"input\.txt:2: a text of more than 20 characters"),
        (read_columns, b"\n" + b"abc O\n" * 9, r"input\.txt:2: a text of 35 characters"),
    ],
)
def test_what_cannot_be_read_is_named_by_file_and_line(file, monkeypatch, read, content, message):
    monkeypatch.setattr(input_text, "LONGEST_TEXT", 20)
    monkeypatch.setattr(input_text, "_LONGEST_LINE_BYTES", 80)
    with pytest.raises(InputError, match=message):
        list(read([file(content)]))


def test_check_files_leaves_a_named_pipe_to_its_reader(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    input_text.check_files([str(tmp_path / "pipe")])  # would wait for a writer if it opened it


def test_check_files_names_what_cannot_be_opened(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="a folder, but a text file is required"):
        input_text.check_files([str(tmp_path)])
    with pytest.raises(FileNotFoundError, match="missing"):
        input_text.check_files(["-", str(tmp_path / "missing")])
    (tmp_path / "secret").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # root may read everything
    with pytest.raises(PermissionError, match="secret"):
        input_text.check_files([str(tmp_path / "secret")])


@pytest.mark.parametrize("seed", range(4))
def test_any_bytes_are_texts_or_a_clear_error(file, monkeypatch, seed):
    random = Random(seed)
    for _ in range(150):
        content = mutate(random, random.choice(SEEDS))
        path = file(content)
        monkeypatch.setattr(input_text, "_READ_BYTES", random.choice((1 << 20, 1, 50)))
        lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
        try:
            assert texts(input_text.read_text([path])) == [
                line.removesuffix(b"\r").decode() for line in lines[: len(lines) - (lines[-1] == b"")]
            ]
            lines_read = sum(bool(line.strip(b" \t\r")) for line in lines)
            assert sum(len(text.tokens) for window in read_columns([path]) for text in window) <= lines_read
        except InputError as error:
            assert re.match(rf"{path}:\d+: ", str(error))
