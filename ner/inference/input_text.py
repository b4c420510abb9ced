"""Reads texts from files or standard input as a stream.

Input is read in windows: the texts that are complete after one read. A large file gives windows of many texts, which
can be batched by length; a terminal or an interactive program gives windows of one line.
"""

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from ner.errors import InputError
from ner.text.tokenizer import TokenizedText

STANDARD_INPUT = "-"
LONGEST_TEXT = 200_000  # characters; an LSTM's memory grows with the longest text of a batch
_READ_BYTES = 1 << 20
_BLANK = " \t\r"
_LONGEST_LINE_BYTES = 4 * LONGEST_TEXT  # UTF-8 takes up to four bytes a character

Window = list[TokenizedText]
ParseBlock = Callable[[Sequence[str], int], list[TokenizedText]]  # lines and the number of the first -> sentences


class _Line(NamedTuple):
    """A line without its line ending, and its location for messages."""

    text: str
    name: str  # of its file
    number: int

    @property
    def where(self) -> str:
        """`input.txt:17`."""
        return f"{self.name}:{self.number}"


def check_files(paths: Sequence[str]) -> None:
    """Raises OSError on a path that is missing or may not be read, `InputError` on a folder; `-` is standard input."""
    for path in paths:
        if path == STANDARD_INPUT:
            continue
        if stat.S_ISDIR(Path(path).stat().st_mode):
            raise InputError(f"{path}: a folder, but a text file is required; name its files, as in {path}/*.txt")
        if not os.access(path, os.R_OK):  # not by opening it: the writer of a named pipe would see a reader
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)


def read_text(paths: Sequence[str]) -> Iterator[Window]:
    """Windows of texts: each line is one, with tokens found by `TokenizedText.from_text`; empty lines too.

    Raises `InputError` naming file and line where that is not UTF-8 or too long, OSError where a file cannot be read.
    """
    for path in paths:
        for lines in _lines(path):
            yield [_checked(TokenizedText.from_text(line.text), line.where) for line in lines]


def read_columns(paths: Sequence[str], open_parser: Callable[[str], ParseBlock]) -> Iterator[Window]:
    """Windows of texts that are given as tokens, a token a line, a blank line after each sentence.

    `open_parser` is called with the name of each file. Raises as `read_text`, and as the parser does.
    """
    for path in paths:
        parse = open_parser(_name(path))
        block: list[_Line] = []
        for lines in _lines(path):
            window = []
            for line in lines:
                if line.text.strip(_BLANK):
                    block.append(line)
                elif block:
                    window += _parsed(block, parse)
                    block = []
            yield window
        if block:
            yield _parsed(block, parse)


def _parsed(block: Sequence[_Line], parse: ParseBlock) -> Window:
    first = block[0]
    return [_checked(text, first.where) for text in parse([line.text for line in block], first.number)]


def _lines(path: str) -> Iterator[list[_Line]]:
    """The lines that each read completes; a byte order mark and carriage returns at line ends are removed."""
    name = _name(path)
    with nullcontext(sys.stdin.buffer) if path == STANDARD_INPUT else Path(path).open("rb") as stream:
        number, rest = 1, b""
        while chunk := stream.read1(_READ_BYTES):  # type: ignore[union-attr]
            *complete, rest = (rest + chunk).split(b"\n")
            yield [_decoded(line, name, number + index) for index, line in enumerate(complete)]
            number += len(complete)
            if len(rest) > _LONGEST_LINE_BYTES:
                raise InputError(_too_long(f"{name}:{number}", f"more than {LONGEST_TEXT:,}"))
        if rest:
            yield [_decoded(rest, name, number)]


def _name(path: str) -> str:
    return "standard input" if path == STANDARD_INPUT else path


def _decoded(line: bytes, name: str, number: int) -> _Line:
    where = f"{name}:{number}"
    try:
        text = line.removesuffix(b"\r").decode("utf-8-sig" if number == 1 else "utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where}: not UTF-8 at byte {error.start + 1} of the line ({error.reason}); convert it, "
            "as in `iconv -f LATIN1 -t UTF-8`"
        ) from None
    return _Line(text, name, number)


def _checked(text: TokenizedText, where: str) -> TokenizedText:
    if len(text.text) > LONGEST_TEXT:
        raise InputError(_too_long(where, f"{len(text.text):,}"))
    return text


def _too_long(where: str, amount: str) -> str:
    return f"{where}: a text of {amount} characters, at most {LONGEST_TEXT:,} can be tagged; split it into sentences"
