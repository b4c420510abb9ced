"""The lines of files and of standard input as a stream, with their places for messages."""

import errno
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ner.errors import InputError
from ner.inference.inputs.byte_stream import STANDARD_INPUT, display_name, read_chunks

LONGEST_TEXT = 1_000_000  # characters; what is kept of a text besides itself takes some 200 bytes for each
_LONGEST_LINE_BYTES = 4 * LONGEST_TEXT  # UTF-8 takes up to four bytes per character
_LINES_AT_ONCE = 1 << 13  # so that a million empty lines are not in memory together
_BLANK = b" \t\r"


class Line(NamedTuple):
    """A line without its line feed; `content` is None where it is too long. `number` counts from 1."""

    content: bytes | None
    path: str
    number: int

    @property
    def where(self) -> str:
        """`input.txt:17`."""
        return f"{display_name(self.path)}:{self.number}"

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing but spaces and tabs."""
        return self.content is not None and not self.content.strip(_BLANK)

    def text(self, salvage: bool) -> str:
        """The text. Raises `InputError`, naming file and line, where it is not UTF-8 or too long.

        With `salvage` U+FFFD takes the place of what is not UTF-8, and what is too long is empty.
        """
        if self.content is None:
            if salvage:
                return ""
            raise InputError(too_long(self.where, f"more than {LONGEST_TEXT:,}"))
        content = self.content.removesuffix(b"\r")
        try:
            return content.decode(errors="replace" if salvage else "strict")
        except UnicodeDecodeError as error:
            encoding = "WINDOWS-1252" if 0x80 <= content[error.start] < 0xA0 else "LATIN1"
            raise InputError(
                f"{self.where}: not UTF-8 at byte {error.start + 1} of the line ({error.reason}); convert it, "
                f"as in `iconv -f {encoding} -t UTF-8`, or see --on_error"
            ) from None


def too_long(where: str, amount: str) -> str:
    """The message about a text of that many characters."""
    return (
        f"{where}: a text of {amount} characters, at most {LONGEST_TEXT:,} can be tagged; split it, or see --on_error"
    )


def check_files(paths: Sequence[str]) -> None:
    """Raises OSError on a path that is missing or may not be read, `InputError` on a folder; `-` is standard input."""
    for path in paths:
        if path == STANDARD_INPUT:
            continue
        if stat.S_ISDIR(Path(path).stat().st_mode):
            raise InputError(f"{path}: a folder, but a text file is required; name its files, as in {path}/*.txt")
        if not os.access(path, os.R_OK):  # not by opening it: the writer of a named pipe would see a reader
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)


def read_lines(path: str) -> Iterator[list[Line]]:
    """The lines that each read completes, at most `_LINES_AT_ONCE` in a list. Raises as `read_chunks`."""
    number, rest, overlong = 1, b"", False
    for chunk in read_chunks(path):
        *complete, rest = (rest + chunk).split(b"\n")
        for first in range(0, len(complete), _LINES_AT_ONCE):
            contents: list[bytes | None] = [*complete[first : first + _LINES_AT_ONCE]]
            if overlong:
                contents[0], overlong = None, False
            yield [Line(content, path, number + index) for index, content in enumerate(contents)]
            number += len(contents)
        if overlong or len(rest) > _LONGEST_LINE_BYTES:  # a line without end is not kept
            rest, overlong = b"", True
    if rest or overlong:
        yield [Line(None if overlong else rest, path, number)]


def read_whole(path: str) -> list[Line]:
    """All lines of a file; of one that is too long, a single line that says so. Raises as `read_chunks`."""
    found: list[Line] = []
    size_bytes = 0
    for lines in read_lines(path):
        size_bytes += sum(len(line.content or b"") + 1 for line in lines)
        if size_bytes > _LONGEST_LINE_BYTES:
            return [Line(None, path, 1)]
        found += lines
    return found or [Line(b"", path, 1)]
