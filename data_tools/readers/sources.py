"""Source files of a corpus: found by name or pattern, opened whether compressed or not, cut into blocks of lines.

A line ends with `\\n` alone, so that U+0085, U+2028 or a form feed inside a token cannot end one. A blank line holds
nothing but spaces, tabs and carriage returns. A block is a run of lines that are not blank.
"""

import codecs
import gzip
import io
import os
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from ner import files
from ner.errors import InputError

MAX_BLOCK_BYTES = 1 << 26  # far beyond any sentence: such a block means a file without blank lines

_GZIP_MAGIC = b"\x1f\x8b"
_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = b"\xff\xfe", b"\xfe\xff"  # no UTF-8 text begins so
BYTE_ORDER_MARK = "\ufeff"
BLANK = " \t\r"  # what a line that holds nothing may hold

_BLANK = f"{BLANK}\n".encode()
_CHUNK_BYTES = 1 << 20


def expand(patterns: Sequence[str]) -> list[str]:
    """The files that names and glob patterns mean: in the order given, sorted within a pattern, each file once.

    `**` reaches into subfolders. Raises `InputError` on a pattern that matches no file, and on a folder.
    """
    found: dict[str, str] = {}  # real path -> the name it was first given by
    for pattern in patterns:
        names = [pattern] if files.exists(pattern) else sorted(files.matches(pattern))
        if not names:
            raise InputError(f"{pattern}: no such file, and nothing matches it as a pattern; check the name")
        # `DIR/*` may match a folder beside the files that are meant.
        for name in [name for name in names if not files.is_folder(name)] or names:
            _check_is_file(name)
            found.setdefault(name if files.is_remote(name) else os.path.realpath(name), name)
    return list(found.values())


def is_converted(path: str) -> bool:
    """Whether `open_source` reads other bytes than the file has: it is GZIP data, or UTF-16 by its byte order mark."""
    return _begins(path, _GZIP_MAGIC, *_UTF16_BOMS)


def is_utf16(path: str) -> bool:
    """Whether a file, or what it holds where it is GZIP data, begins with a byte order mark of UTF-16."""
    file = _open_gzip(path) if _begins(path, _GZIP_MAGIC) else files.open_file(path)
    with file, _naming_damage(path):
        return file.read(len(_UTF8_BOM)).startswith(_UTF16_BOMS)


def _begins(path: str, *magics: bytes) -> bool:
    _check_is_file(path)
    with files.open_file(path) as file:
        return file.read(len(_UTF8_BOM)).startswith(magics)


def open_source(path: str) -> IO[bytes]:
    """The bytes of a file, standing after a byte order mark if there is one.

    GZIP data is decompressed, and UTF-16 with a byte order mark becomes UTF-8. Raises `InputError` where `path` is
    missing, a folder, no plain file or damaged UTF-16, and when damaged GZIP data is read; OSError where it cannot be
    read.
    """
    _check_is_file(path)
    file = files.open_file(path)
    try:
        with _naming_damage(path):
            head = file.read(len(_UTF8_BOM))
            if head.startswith(_GZIP_MAGIC):
                file.close()
                file = _open_gzip(path)
                head = file.read(len(_UTF8_BOM))
            file.seek(len(head) if head == _UTF8_BOM else 0)
            if not head.startswith(_UTF16_BOMS):
                return file
            with file:
                return _in_utf8(file)
    except BaseException:
        file.close()
        raise


def _in_utf8(file: IO[bytes]) -> IO[bytes]:
    """A temporary file with the text of a file in UTF-16."""
    decoder = codecs.getincrementaldecoder("utf-16")()
    converted = tempfile.TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
    try:
        while chunk := file.read(_CHUNK_BYTES):
            converted.write(decoder.decode(chunk).encode())
        converted.write(decoder.decode(b"", final=True).encode())
        converted.seek(0)
    except BaseException:
        converted.close()
        raise
    return converted


class _GzipFile(gzip.GzipFile):
    """The decompressed bytes of a file; whoever reads damaged data gets an `InputError` that names the file."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "rb", fileobj=files.open_file(path) if files.is_remote(path) else None)
        self._path = path

    def read(self, size: int | None = -1) -> bytes:
        with _naming_damage(self._path):
            return super().read(size)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        with _naming_damage(self._path):
            return super().seek(offset, whence)


def _open_gzip(path: str) -> IO[bytes]:
    # The buffer around the decompressed stream makes its lines several times as fast.
    return io.BufferedReader(_GzipFile(path))


def _check_is_file(path: str) -> None:
    if not path:
        raise InputError("an empty file name was given; name a file or a pattern such as DIR/*.txt")
    if not files.is_remote(path) and Path(path).is_file():
        return
    if files.is_folder(path):
        raise InputError(f"{path}: a folder where a file was meant; name its files, e.g. {path.rstrip('/')}/*.txt")
    if not files.exists(path):
        raise InputError(f"{path}: no such file; check the name")
    if not files.is_remote(path):
        raise InputError(f"{path}: not a plain file; it is read more than once, so write it to disk first")


@contextmanager
def _naming_damage(path: str) -> Iterator[None]:
    """Turns what damaged GZIP data or UTF-16 raises into an `InputError` that names the file."""
    try:
        yield
    except UnicodeDecodeError as error:
        if error.encoding.startswith("utf-16"):
            raise InputError(f"{path}: damaged UTF-16 text ({error.reason}); get the file again") from error
        raise
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: damaged GZIP data ({error}); get or compress the file again") from error


def place(path: str, offset: int, lines_below: int = 0) -> str:
    """`data.json:17`: the line, so many below that with byte `offset` of the decompressed file.

    `data.json:1 (byte 51)` where others stand before it in that line, as the records of an array without line breaks.
    """
    line, is_crowded = 1 + lines_below, False
    with open_source(path) as file:
        remaining = offset - file.tell()
        while remaining > 0 and (chunk := file.read(min(_CHUNK_BYTES, remaining))):
            _, newline, before = chunk.rpartition(b"\n")
            line += chunk.count(b"\n")
            is_crowded = bool(before.strip(b" \t[")) or (is_crowded and not newline)
            remaining -= len(chunk)
    return f"{path}:{line} (byte {offset})" if is_crowded and not lines_below else f"{path}:{line}"


class Block(NamedTuple):
    """Lines that are not blank: the byte offset of the first in the decompressed file, and the lines before it.

    `line` counts the lines of the range that is read, from 0.
    """

    offset: int
    line: int
    data: bytes

    def offset_of(self, line: int) -> int:
        """The byte offset of a line of the block, counted from 0."""
        return self.offset + sum(len(before) + 1 for before in self.data.split(b"\n", line)[:line])


@dataclass
class LineCount:
    """How many lines a range of a file has; known when it has been read."""

    lines: int = 0


def read_blocks(
    path: str, start: int = 0, end: int | None = None, line_count: LineCount | None = None
) -> Iterator[Block]:
    """Blocks of a file in order; how many lines were read, blank ones too, is added to `line_count`.

    A block belongs to the range `[start, end)` that the blank line before it begins in (the first block to the range
    that starts at 0), so any cuts `[0, a)`, `[a, b)`, `[b, None)` give every block exactly once. Raises `InputError`
    on damaged GZIP data and on a block of more than `MAX_BLOCK_BYTES`.
    """
    with open_source(path) as file:
        first = file.tell()  # 3 after a byte order mark
        limit = None if end is None else _after_blank_line(file, end)
        first = position = max(first, _after_blank_line(file, start))
        if limit is not None and first >= limit:
            return
        file.seek(first)
        line_count = LineCount() if line_count is None else line_count
        number, first_line = 0, 0
        lines: list[bytes] = []
        for line in file:
            position += len(line)
            number += 1
            if line.strip(_BLANK):
                lines.append(line)
                if position - first > MAX_BLOCK_BYTES:
                    where = place(path, first)
                    size = f"the {MAX_BLOCK_BYTES:,} bytes from here on"
                    raise InputError(f"{where}: no blank line in {size}; put one after each sentence")
                continue
            if lines:
                yield Block(first, first_line, b"".join(lines))
                lines = []
            if limit is not None and position >= limit:
                break
            first, first_line = position, number
        if lines:
            yield Block(first, first_line, b"".join(lines))
        line_count.lines += number


def _after_blank_line(file: IO[bytes], position: int) -> int:
    """Where the first blank line that begins at or after `position` has ended; 0 for 0, the file's end if none does."""
    if position == 0:
        return 0
    file.seek(position - 1)
    position += len(file.readline()) - 1  # to the beginning of a line, which may be `position` itself
    for line in file:
        position += len(line)
        if not line.strip(_BLANK):
            break
    return position
