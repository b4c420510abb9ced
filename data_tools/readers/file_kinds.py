"""What a file looks like that is no corpus in a known format: the last part of messages about it."""

import re
from collections.abc import Callable

_PICKLE = "a Python pickle; save what it holds as JSON lines"
_CONTAINERS = {
    b"PAR1": "Parquet",
    b"PK\x03\x04": "a ZIP archive or an office document; unpack it, or save it as text",
    b"%PDF": "PDF; convert it to text",
    b"SQLite format 3": "an SQLite database; export the table as CSV",
    b"\xfd7zXZ": "XZ-compressed data; unpack it, or compress it with gzip",
    b"BZh": "BZIP2-compressed data; unpack it, or compress it with gzip",
    b"\x28\xb5\x2f\xfd": "Zstandard-compressed data; unpack it, or compress it with gzip",
    b"\x80\x03": _PICKLE,
    b"\x80\x04": _PICKLE,
    b"\x80\x05": _PICKLE,
    b"ARROW1": "an Arrow file; save it as Parquet or JSON lines",
}
_NAME_COLUMNS = "its first line has to name the columns, as token (word, form) and tag (label, ner, iob)"
_TAG = rb"(?:O|[BIES]-[^\s'\"]+)"
_SLASHED = re.compile(rb"(?:^|\s)\S+([/|])%b\s+\S+\1%b(?:\s|$)" % (_TAG, _TAG))
_SLASHED_WORDS = re.compile(rb"(?:[^\s/]+/[A-Za-z]+ +)+[^\s/]+/[A-Za-z]+ *\r?\n")  # `word/n word/v`
# A cell of tags with spaces between them, or a list as Python prints it.
_TAGS = rb"%b(?: %b)+" % (_TAG, _TAG)
_TAG_LIST = re.compile(rb"\t%b(?:\t|\r?$)|^%b\t|\['%b', ['\"]" % (_TAGS, _TAGS, _TAG), re.MULTILINE)
_JSON_CELL = re.compile(rb'[,;\t]"\[\{""')
_PYTHON = re.compile(rb"[A-Za-z_]\w* ?= ?[\[({]")
_QUOTED = re.compile(rb'"[^"\n]+"[\t,;]')
_SENTENCE_END = re.compile("[.!?\u2026\u3002\uff01\uff1f][\"')\\]\u201d\u2019]*$")
_STANDOFF = re.compile(rb"[TREAMN#*][0-9]*\t\S+ [0-9]+ [0-9]+")
_PUBTATOR = re.compile(rb"[^\s|]+\|[ta]\|")


def unreadable_as_text(head: bytes) -> str:
    """What a file that begins so is, if it cannot be read as lines of text, and what to do; `""` where it can."""
    for magic, kind in _CONTAINERS.items():
        if head.startswith(magic):
            return kind
    if head[257:262] == b"ustar":
        return "a TAR archive; unpack it"
    if _has_zeros(head):
        return "UTF-16 text without a byte order mark: convert it, as in `iconv -f UTF-16LE -t UTF-8`"
    if _has_mac_lines(head):
        return "text with line ends of old Macs: convert it, as in `tr '\\r' '\\n'`"
    return ""


def looks_like(head: bytes) -> str:
    """What a file that begins so looks like, as `"; it looks like XML: ..."`, or `""` where nothing is known.

    >>> looks_like(b"a O\\rb O\\r")
    "; it looks like text with line ends of old Macs: convert it, as in `tr '\\\\r' '\\\\n'`"
    """
    if kind := unreadable_as_text(head):
        return f"; it looks like {kind}"
    kinds: dict[str, Callable[[bytes], bool]] = {
        "XML or HTML: convert it to columns or JSON lines": lambda data: data.lstrip().startswith((b"<?xml", b"<")),
        "one JSON value: write each object in a line of its own": lambda data: data.lstrip()[:1] in (b"[", b"{"),
        "standoff of brat: name its .txt file, or the folder": lambda data: _STANDOFF.match(data) is not None,
        "PubTator: convert it to JSON lines of text with entities": lambda data: _PUBTATOR.match(data) is not None,
        "words with tags after a slash or a bar: write one word and its tag per line": lambda data: (
            (_SLASHED.search(data) or _SLASHED_WORDS.match(data)) is not None
        ),
        "a table with JSON in its cells: export it as JSON": lambda data: _JSON_CELL.search(data) is not None,
        "a Python program: save the data in it as JSON": lambda data: _PYTHON.match(data) is not None,
        "a sentence and its tags in each line: write one word and its tag per line": _has_tag_lists,
        f"a table with quotes: {_NAME_COLUMNS}": lambda data: _QUOTED.match(data) is not None,
        f"CSV: {_NAME_COLUMNS}": _has_commas,
        "text in a single-byte encoding: name it, as in --encoding=latin-1": _is_single_byte,
        "unannotated text: to pretrain on it, build with --plain_text": _is_prose,
    }
    for kind, fits in kinds.items():
        if fits(head):
            return f"; it looks like {kind}"
    return ""


def _has_zeros(head: bytes) -> bool:
    return head[:200].count(0) > 10


def _has_mac_lines(head: bytes) -> bool:
    return b"\r" in head[:-1] and b"\n" not in head


def _has_tag_lists(head: bytes) -> bool:
    return _TAG_LIST.search(head) is not None


def _has_commas(head: bytes) -> bool:
    lines = head.split(b"\n")[:20]
    numbers = {line.count(b",") for line in lines[:-1] or lines if line.strip()}
    return len(numbers) == 1 and numbers != {0}


def _is_prose(head: bytes) -> bool:
    """Whether most lines end as sentences do, and nothing separates columns but spaces."""
    lines = [line.rstrip() for line in head.decode(errors="replace").split("\n") if line.strip()]
    return b"\t" not in head and 2 * sum(_SENTENCE_END.search(line) is not None for line in lines) > len(lines)


def _is_single_byte(head: bytes) -> bool:
    try:
        head[: head.rfind(b"\n") + 1].decode()
    except UnicodeDecodeError:
        return True
    return False
