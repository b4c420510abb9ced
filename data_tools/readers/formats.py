"""The formats that can be read, by name: which one a file has is found by looking at its beginning."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from data_tools.readers import brat, plain_text, record_shards, spacy_docs, webanno
from data_tools.readers.base import Reader
from data_tools.readers.columns import conll, csv_table
from data_tools.readers.file_kinds import unreadable_as_text
from data_tools.readers.json import json_array, jsonl, parquet
from data_tools.readers.read_options import DEFAULT_ENCODING, ReadOptions
from data_tools.readers.sources import expand, is_utf16, open_source
from ner import files
from ner.errors import InputError

_HEAD_BYTES = 1 << 16


class Format(NamedTuple):
    """How a format is found and read.

    `fits` says whether a file with this path that begins with these bytes may have it, `open_reader` opens the files of
    a split, and `may_be_empty` says whether a file that holds nothing can be one of them.
    """

    fits: Callable[[str, bytes], bool]
    open_reader: Callable[[Sequence[str], ReadOptions], Reader]
    may_be_empty: bool = True


# The first that fits wins, and columns fit every file.
FORMATS: dict[str, Format] = {
    "brat": Format(brat.is_brat, brat.open_reader, may_be_empty=False),
    "records": Format(record_shards.is_shard, record_shards.open_reader, may_be_empty=False),
    "parquet": Format(parquet.is_parquet, parquet.open_reader, may_be_empty=False),
    "spacy": Format(spacy_docs.is_spacy, spacy_docs.open_reader, may_be_empty=False),
    "webanno": Format(webanno.is_webanno, webanno.open_reader),
    "json": Format(json_array.is_json_array, json_array.open_reader),
    "jsonl": Format(jsonl.is_jsonl, jsonl.open_reader),
    "csv": Format(csv_table.is_csv, csv_table.open_reader),
    "columns": Format(lambda path, head: True, conll.open_reader),
}
_OTHERWISE = "columns"  # of a file that fits no other, such as an empty one


def expand_sources(patterns: Sequence[str]) -> list[str]:
    """The files that names and patterns mean, as `expand` finds them; folders and annotations of brat mean its texts.

    Raises `InputError` as `expand` does.
    """
    named: list[str] = []
    for pattern in patterns:
        named += _texts_of_brat(pattern)[0] or [pattern]
    return list(dict.fromkeys(brat.text_of(path) for path in expand(named)))


def unpaired_files(patterns: Sequence[str], read: Sequence[str]) -> list[str]:
    """Texts without annotations, and annotations without a text, in folders of brat among these names.

    Those that are `read`, because they were named themselves, are left out.
    """
    folders = (_texts_of_brat(pattern) for pattern in patterns)
    alone = dict.fromkeys(path for texts, unpaired in folders if texts for path in unpaired)
    kept = set(read)
    return [path for path in alone if path not in kept]


def _texts_of_brat(pattern: str) -> tuple[list[str], list[str]]:
    """The texts with annotations, and what is unpaired, where a name is that of a folder."""
    return brat.texts_in(pattern) if pattern and files.is_folder(pattern) else ([], [])


def files_of(source: str) -> list[str]:
    """The files that are read for a source: itself, and the annotations beside it where it is a text of brat."""
    return [source, brat.annotations_of(source)] if brat.is_brat(source, b"") else [source]


def find_format(path: str) -> tuple[str, bytes]:
    """The name of a file's format, and how the file begins. Raises as `open_source` does where it cannot be read."""
    with open_source(path) as file:
        head = file.read(_HEAD_BYTES)
    return next(name for name, one in FORMATS.items() if one.fits(path, head)), head


def open_reader(paths: Sequence[str], options: ReadOptions) -> Reader:
    """The reader of a split's files. A file of text that holds nothing has the format of the others.

    Raises `InputError` where formats differ, or as the format's reader does.
    """
    _check_encoding(paths, options.encoding)
    found = {path: _format_unless_blank(path) for path in paths}
    filled = [path for path in paths if found[path] is not None] or paths[:1]
    first = filled[0]
    name = found[first] or _OTHERWISE
    for path, other in found.items():
        if other is None and not FORMATS[name].may_be_empty:
            raise InputError(f"{path}: it holds nothing, but {first} is {name}; get the file again, or leave it out")
        if other not in (None, name):
            raise InputError(f"{path}: {other}, but {first} is {name}; the files of a split must have one format")
    return FORMATS[name].open_reader(filled, options)


def _format_unless_blank(path: str) -> str | None:
    name, head = find_format(path)
    return None if name == _OTHERWISE and not head.strip() else name


def open_plain_text(
    paths: Sequence[str],
    encoding: str,
    remedy: str = "leave out --plain_text, or name other files",
    lone_marks: str = "",
) -> Reader:
    """The reader of files as unannotated text.

    Raises `InputError` with this `remedy` on a file of a format that is found by looking, and on one of columns that
    end in tags.
    """
    _check_encoding(paths, encoding)
    for path in paths:
        name, head = find_format(path)
        if kind := unreadable_as_text(head):
            raise InputError(f"{path}: not plain text; it looks like {kind}")
        if name not in ("columns", "brat") or plain_text.has_tags(head):
            raise InputError(f"{path}: {name}, not plain text; {remedy}")
    return plain_text.PlainTextReader(encoding, lone_marks)


def _check_encoding(paths: Sequence[str], encoding: str) -> None:
    for path in paths:
        if encoding != DEFAULT_ENCODING and is_utf16(path):
            raise InputError(f"{path}: UTF-16 by its byte order mark, not {encoding}; leave out --encoding")
