"""The bytes of files and of standard input as UTF-8, as soon as they are there, whatever they are stored as.

GZIP, BZIP2 and XZ data are decompressed, and UTF-16 is converted, with and without a byte order mark.
"""

import bz2
import codecs
import gzip
import lzma
import sys
import zlib
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import IO, Any

from ner.errors import InputError

STANDARD_INPUT = "-"
FIRST_READ_BYTES, LARGEST_READ_BYTES = 1 << 16, 1 << 20  # the first results come soon, later ones in larger batches
_COMPRESSED: dict[bytes, tuple[str, Any]] = {
    b"\x1f\x8b": ("GZIP", gzip.GzipFile),
    b"BZh": ("BZIP2", bz2.BZ2File),
    b"\xfd7zXZ\x00": ("XZ", lzma.LZMAFile),
}
_NO_TEXT = {
    b"PK\x03\x04": "a ZIP archive or an office document; unpack it, or save it as plain text",
    b"%PDF": "a PDF document; convert it to text, as with `pdftotext FILE -`",
    b"\x28\xb5\x2f\xfd": "Zstandard data; decompress it, as with `zstd -dc FILE`",
    codecs.BOM_UTF32_LE: "UTF-32 text; convert it, as with `iconv -f UTF-32 -t UTF-8`",
    codecs.BOM_UTF32_BE: "UTF-32 text; convert it, as with `iconv -f UTF-32 -t UTF-8`",
}
_ENCODINGS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_DAMAGE = (EOFError, zlib.error, lzma.LZMAError, OSError)
_HEAD_BYTES = 1 << 10


def display_name(path: str) -> str:
    """What messages call a path."""
    return "standard input" if path == STANDARD_INPUT else path


def read_chunks(path: str) -> Iterator[bytes]:
    """The content in UTF-8, in pieces of what one read gives; a byte order mark is left out.

    Raises `InputError` on damaged data and on what is no text, OSError where the file cannot be read.
    """
    name = display_name(path)
    with _open(path) as raw:
        kind, stream = _decompressed(raw)
        try:
            yield from _converted(_reads(stream), name)
        except _DAMAGE as error:
            if isinstance(error, OSError) and error.errno is not None:  # of the system, not of a decompressor
                raise
            raise InputError(f"{name}: damaged {kind} data ({error}); get or compress it again") from None


def _open(path: str) -> Any:
    return nullcontext(sys.stdin.buffer) if path == STANDARD_INPUT else Path(path).open("rb")


def _decompressed(raw: Any) -> tuple[str, Any]:
    """How `raw` is compressed, in words, and its content as a stream that has `read1`."""
    head = raw.peek(_HEAD_BYTES)
    for magic, (kind, opened) in _COMPRESSED.items():
        if head.startswith(magic):
            return kind, opened(fileobj=raw) if kind == "GZIP" else opened(raw)
    return "", raw


def _reads(stream: IO[bytes]) -> Iterator[bytes]:
    """What one read after another gives, of up to `FIRST_READ_BYTES` at first and `LARGEST_READ_BYTES` at last."""
    size = FIRST_READ_BYTES
    while chunk := stream.read1(size):  # type: ignore[attr-defined]
        yield chunk
        size = min(2 * size, LARGEST_READ_BYTES)


def _converted(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    """The chunks in UTF-8 without a byte order mark. Raises `InputError` where they hold no text."""
    first = b""
    for chunk in chunks:  # nobody waits for the answer to a line that has not ended
        first += chunk
        if b"\n" in first or len(first) >= _HEAD_BYTES:
            break
    for magic, advice in _NO_TEXT.items():
        if first.startswith(magic):
            raise InputError(f"{name}: {advice}")
    encoding = _encoding(first)
    mark = next((mark for mark, known in _ENCODINGS.items() if first.startswith(mark) and known == encoding), b"")
    if encoding == "utf-8":
        yield first.removeprefix(mark)
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        yield decoder.decode(first.removeprefix(mark)).encode()
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name}: {encoding.upper()} text that is damaged ({error.reason}); save it as UTF-8"
        ) from None


def _encoding(head: bytes) -> str:
    """The encoding that a byte order mark names, or that the zeros between ASCII characters show; else UTF-8."""
    for mark, encoding in _ENCODINGS.items():
        if head.startswith(mark):
            return encoding
    head = head[:_HEAD_BYTES]
    for first, encoding in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros, others = head[first::2].count(0), head[1 - first :: 2].count(0)
        if zeros > len(head) // 6 and 10 * others < zeros:
            return encoding
    return "utf-8"
