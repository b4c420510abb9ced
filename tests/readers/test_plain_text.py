"""Unannotated text becomes sentences with its spaces, lines and documents, in whatever parts it is read."""

import bz2
import gzip
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_tools.readers.base import ReadCounts, SourceRange
from data_tools.readers.formats import open_plain_text
from data_tools.readers.plain_text import PlainTextReader, has_tags
from data_tools.readers.source_batch import read_batches
from ner.errors import InputError
from tests import reference_reader
from tests.readers.written import shown

TEXT = 'Ada met Dr. Bo,  who left! "Why?"\n\nAT&T said so.\r\n\xa0\n \t\n\nNo one\nasked.'


@pytest.fixture
def read(tmp_path):
    """Reads a file of these bytes: its sentences, and the counts."""

    def read(content, encoding="utf-8", name="a.txt"):
        path, counts = tmp_path / name, ReadCounts()
        path.write_bytes(content)
        reader = open_plain_text([str(path)], encoding)
        return [one for part in reader.ranges(str(path)) for one in reader.read(part, counts)], counts

    return read


def test_lines_are_cut_into_sentences_with_the_spaces_of_the_text(read):
    found, _ = read(TEXT.encode())
    assert [one.sentence.text for one in found] == [
        "Ada met Dr. Bo, who left!",
        '"Why?"',
        "AT&T said so.",
        "No one",
        "asked.",
    ]
    assert found[2].sentence.tokens == ("AT&T", "said", "so", ".")


def test_no_token_is_annotated(read):
    found, _ = read(TEXT.encode())
    assert {tag for one in found for tag in one.sentence.tags} == {"-"}
    assert shown([found[3].sentence]) == ["No/- one/-"]


def test_a_sentence_knows_its_line_its_byte_and_its_document(read):
    found, counts = read(TEXT.encode())
    assert [(one.line, one.document) for one in found] == [(0, 0), (0, 0), (2, 1), (6, 2), (7, 2)]
    assert [TEXT.encode()[one.offset :][:3] for one in found] == [b"Ada", b"Ada", b"AT&", b"No ", b"ask"]
    assert (counts.lines, counts.documents) == (8, {"a blank line": 2})


@pytest.mark.parametrize(
    ("content", "encoding", "name"),
    [
        (gzip.compress("Zoë.\n".encode()), "utf-8", "a.txt.gz"),
        ("Zoë.\n".encode("utf-16"), "utf-8", "a.txt"),
        ("Zoë.\n".encode("latin-1"), "latin-1", "a.txt"),
        ("\ufeffZoë.\n".encode(), "utf-8", "a.txt"),
        ("Zoë.\r".encode(), "utf-8", "a.txt"),
    ],
    ids=["gzip", "utf-16", "latin-1", "byte order mark", "carriage return"],
)
def test_files_are_opened_as_in_other_formats(read, content, encoding, name):
    [found], _ = read(content, encoding, name)
    assert found.sentence.text == "Zoë."


def test_lines_that_are_no_text_are_named(read):
    with pytest.raises(InputError) as error:
        read(b"Ada.\n\nZo\xeb.\n" + b"x" * 70_000 + b"\nB\x00o.\n")
    first, second = str(error.value).splitlines()
    assert first.endswith(
        "a.txt:3: byte 0xEB, byte 3 of the line, is not UTF-8; convert the file, or name its --encoding"
    )
    assert second.endswith("a.txt:5: control character U+0000 is character 2 of the line; remove it")


def test_damaged_gzip_data_is_named(read):
    with pytest.raises(InputError, match=r"a\.gz: damaged GZIP data"):
        read(gzip.compress(bytes(range(128, 256)) * 99)[:-20], name="a.gz")


def test_utf16_is_not_read_in_another_encoding(read):
    with pytest.raises(InputError, match=r"a\.txt: UTF-16 by its byte order mark, not latin-1"):
        read("Ada.".encode("utf-16"), "latin-1")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"Ada B-PER\nsang O\n\nNo O\n. O\n", "columns"),
        (b'{"text": "Ada", "label": []}\n', "jsonl"),
        (b"word,tag\nAda,B-PER\n", "csv"),
    ],
)
def test_annotated_files_are_not_taken_for_text(read, content, kind):
    with pytest.raises(InputError, match=rf"a\.txt: {kind}, not plain text; leave out --plain_text"):
        read(content)


def test_text_that_mentions_tags_is_text():
    assert not has_tags(b"In blood group O\nthe letter O\nstands alone.\n")
    assert not has_tags(b"\n")


LINES = st.sampled_from(["Ada sang. Bo\n", "é.\n", "\n", " \r\n", "\n\n", "\xa0\n", "It."])


@given(st.booleans(), st.lists(LINES, max_size=8), st.lists(st.integers(1, 60), max_size=4))
def test_sentences_of_any_cuts_are_those_of_the_whole(tmp_path_factory, marked, lines, cuts):
    path = tmp_path_factory.getbasetemp() / "cut.txt"
    path.write_bytes(("\ufeff" * marked + "".join(lines)).encode())
    reader, whole, bounds = PlainTextReader(), ReadCounts(), [0, *sorted(cuts), None]
    parts, counts = [SourceRange(str(path), *ends) for ends in pairwise(bounds)], [ReadCounts() for _ in bounds[1:]]
    found = [list(reader.read(part, own)) for part, own in zip(parts, counts, strict=True)]
    expected = list(reader.read(SourceRange(str(path)), whole))
    assert reference_reader.joined(found, counts) == expected
    assert reference_reader.total(counts) == whole
    batches = read_batches(reader, parts, [ReadCounts() for _ in parts])
    assert [one.sentence for batch in batches for one in batch.to_sources()] == [one.sentence for one in expected]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (bz2.compress(b"Ada sang."), "BZIP2-compressed data; unpack it, or compress it with gzip"),
        ("Ada sang. Bo left.\n".encode("utf-16-le"), "UTF-16 text without a byte order mark: convert it"),
        (b"Ada sang.\rBo left.\r", "text with line ends of old Macs: convert it"),
    ],
)
def test_what_has_no_lines_of_text_is_named_with_the_remedy(read, content, kind):
    for encoding in ("utf-8", "latin-1"):
        with pytest.raises(InputError, match=rf"a\.txt: not plain text; it looks like {kind}"):
            read(content, encoding)
