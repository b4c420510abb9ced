"""Reads sentences from a JSON array of the records of `json_records`, as Label Studio exports it, or from several.

Arrays may stand after one another, as where files were joined or each line is one.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from data_tools.readers.annotated_text import RecordError
from data_tools.readers.base import ReadCounts, SourceRange
from data_tools.readers.faults import Fault
from data_tools.readers.json.json_records import RecordForm
from data_tools.readers.json.record_batches import PlacedRecord, RecordReader
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.sources import open_source
from ner.errors import InputError

_ARRAY = re.compile(rb"(?:\s*\[\s*\])*\s*\[\s*(?:[\[{]|\]\s*\Z)")
_WITH_CLASSES = re.compile(r'\s*\{\s*"classes"\s*:\s*\[[^\]]*\]\s*,\s*"annotations"\s*:')  # above the array
_OPENS = re.compile(rf"({_WITH_CLASSES.pattern})?\s*\[")
_BETWEEN, _SPACE = re.compile(r"[\s,]*"), re.compile(r"\s*")


def is_json_array(path: str, head: bytes) -> bool:
    """Whether a file that begins so is an array of objects or arrays, or an object with its classes and such an array.

    Empty arrays may stand before it, or alone.

    The object is what annotation tools for spaCy export: `{"classes": ["ORG"], "annotations": [["text", {...}]]}`.
    """
    return _ARRAY.match(head) is not None or _WITH_CLASSES.match(head.decode("latin-1")) is not None


def open_reader(paths: Sequence[str], options: ReadOptions) -> "JsonArrayReader":
    """The reader of these files. Raises `InputError` where columns are named."""
    options.check_no_columns(f"{paths[0]}: a JSON array")
    form = RecordForm(options.names_of_labels, options.empty_token, options.layer, options.lone_marks)
    return JsonArrayReader(form, options.encoding)


@dataclass(frozen=True)
class JsonArrayReader(RecordReader):
    """A file is read as a whole, one record after another; see `Reader`."""

    format = "json"
    in_words = "a JSON array (text with spans, or tokens with tags)"

    form: RecordForm
    encoding: str

    def _records(
        self, number: int, part: SourceRange, counts: ReadCounts, faults: list[Fault]
    ) -> Iterator[PlacedRecord]:
        with open_source(part.path) as file:
            first, data = file.tell(), file.read()
        try:
            text = data.decode(self.encoding)
        except UnicodeDecodeError as error:
            raise InputError(f"{part.path}: not {self.encoding.upper()} at byte {error.start}; convert it") from None
        before, offset, line = 0, first, 0  # in characters, bytes and lines, of what was read so far
        for position, record in _values(text):
            skipped = text[before:position]
            before, offset, line = position, offset + len(skipped.encode(self.encoding)), line + skipped.count("\n")
            if record is None:  # a text that nobody has looked at
                counts.unannotated += 1
                continue
            try:
                if isinstance(record, RecordError):
                    raise record
                content = self.form.read(record, part.path, offset, counts)
                if content is not None:
                    yield PlacedRecord(content, number, part.path, offset, line)
            except RecordError as error:
                faults.append(Fault(part.path, offset, 0, str(error)))
        counts.lines += data.count(b"\n") + (not data.endswith(b"\n"))


def _values(text: str) -> Iterator[tuple[int, Any]]:
    """The values of all arrays of a text, each with its first character.

    The last one is a `RecordError` where there is something else than arrays.
    """
    decoder = json.JSONDecoder()
    end = _SPACE.match(text).end()  # type: ignore[union-attr]
    while (opened := _OPENS.match(text, end)) is not None:
        end = opened.end()
        while not text.startswith("]", end := _BETWEEN.match(text, end).end()):  # type: ignore[union-attr]
            begin = end
            try:
                value, end = decoder.raw_decode(text, begin)
                json.dumps(value, ensure_ascii=False).encode()  # fails on half of a surrogate pair
            except (ValueError, RecursionError) as error:
                yield begin, RecordError(f"no JSON value ({error}); correct the file")
                return
            yield begin, value
        end = _SPACE.match(text, end + 1).end()  # type: ignore[union-attr]
        if opened[1] is not None:
            if not text.startswith("}", end):
                yield end, RecordError("no } after the array; correct the file")
                return
            end = _SPACE.match(text, end + 1).end()  # type: ignore[union-attr]
    if end < len(text):
        found = f"not {text[end : end + 80]!r}"
        yield end, RecordError(f"expected another array or the end of the file, {found}; correct the file")
