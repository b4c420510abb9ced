"""What files are stored as, and what comes out of them."""

import bz2
import gzip
import io
import lzma
import sys

import pytest

from ner.errors import InputError
from ner.inference.inputs import byte_stream
from ner.inference.inputs.byte_stream import read_chunks

TEXT = "Ada saw caf\u00e9s, \u6771\u4eac and \U0001f600.\nBo too.\n" * 3


def content_of(path):
    return b"".join(read_chunks(str(path))).decode()


@pytest.mark.parametrize("read_bytes", [1, 5, 1 << 16])
@pytest.mark.parametrize("compress", [bytes, gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_text_is_read_however_it_is_stored(tmp_path, monkeypatch, read_bytes, compress, encoding):
    monkeypatch.setattr(byte_stream, "FIRST_READ_BYTES", read_bytes)
    (tmp_path / "text").write_bytes(compress(TEXT.encode(encoding)))
    assert content_of(tmp_path / "text") == TEXT


def test_standard_input_is_read_the_same_way(monkeypatch):
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(gzip.compress(TEXT.encode("utf-16")))))
    )
    assert content_of("-") == TEXT


def test_reads_begin_small_and_grow(tmp_path):
    (tmp_path / "text").write_bytes(b"a" * 3_000_000)
    sizes = [len(chunk) for chunk in read_chunks(str(tmp_path / "text"))]
    assert sizes[0] <= 1 << 16
    assert max(sizes) == 1 << 20


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(TEXT.encode())[:-9], "damaged GZIP data"),
        (bz2.compress(TEXT.encode())[:-9], "damaged BZIP2 data"),
        (lzma.compress(TEXT.encode())[:-9], "damaged XZ data"),
        (bz2.compress(TEXT.encode())[:40] + b"x" * 40, "damaged BZIP2 data"),
        (b"PK\x03\x04abc", "a ZIP archive or an office document; unpack it"),
        (b"%PDF-1.7", "a PDF document; convert it to text, as with `pdftotext"),
        (TEXT.encode("utf-32"), "UTF-32 text; convert it"),
        (b"\xff\xfea\x00b", "UTF-16-LE text that is damaged"),
    ],
    ids=["gzip", "bzip2", "xz", "bzip2 within", "zip", "pdf", "utf-32", "utf-16"],  # gzip's bytes hold the time
)
def test_what_is_no_text_is_named_with_its_remedy(tmp_path, content, message):
    (tmp_path / "text").write_bytes(content)
    with pytest.raises(InputError, match=message):
        content_of(tmp_path / "text")


def test_zeros_alone_are_not_taken_for_utf_16(tmp_path):
    (tmp_path / "text").write_bytes(b"caf\x00 a\x00b\n")
    assert content_of(tmp_path / "text") == "caf\x00 a\x00b\n"
