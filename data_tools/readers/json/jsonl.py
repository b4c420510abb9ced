"""Reads sentences from JSON lines: a record of `json_records` on each line."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from data_tools.readers.annotated_text import RecordError
from data_tools.readers.base import ReadCounts, SourceRange, byte_ranges
from data_tools.readers.faults import Fault
from data_tools.readers.json.json_records import RecordForm
from data_tools.readers.json.record_batches import PlacedRecord, RecordReader
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.sources import open_source

_OBJECT = re.compile(rb'\s*\{[ \t]*"(?:[^"\\]|\\.)*"[ \t]*:')
_PAIR = re.compile(rb'\s*\[[ \t]*"(?:[^"\\]|\\.)*"[ \t]*,[ \t]*\{')


def is_jsonl(path: str, head: bytes) -> bool:
    """Whether a file that begins so begins with a JSON object that ends with its line."""
    return _OBJECT.match(head) is not None or _PAIR.match(head) is not None


def open_reader(paths: Sequence[str], options: ReadOptions) -> "JsonlReader":
    """The reader of these files. Raises `InputError` where columns are named."""
    options.check_no_columns(f"{paths[0]}: a file of JSON lines")
    form = RecordForm(options.names_of_labels, options.empty_token, options.layer, options.lone_marks)
    return JsonlReader(form, options.encoding)


@dataclass(frozen=True)
class JsonlReader(RecordReader):
    """A record is one line; see `Reader`."""

    format = "jsonl"
    in_words = "JSON lines (text with spans, or tokens with tags)"

    form: RecordForm = field(default_factory=RecordForm)
    encoding: str = "utf-8"

    def ranges(self, path: str) -> list[SourceRange]:
        """Parts of any size: each holds the lines that begin in it."""
        return byte_ranges(path)

    def _records(
        self, number: int, part: SourceRange, counts: ReadCounts, faults: list[Fault]
    ) -> Iterator[PlacedRecord]:
        with open_source(part.path) as file:
            position = file.tell()  # 3 after a byte order mark
            if part.start > position:
                file.seek(part.start - 1)
                position = part.start - 1 + len(file.readline())
            for line in file:
                if part.end is not None and position >= part.end:
                    break
                try:
                    record = _parsed(line, self.encoding) if line.strip() else None
                    if record is not None:
                        content = self.form.read(record, part.path, position, counts)
                        if content is not None:
                            yield PlacedRecord(content, number, part.path, position, counts.lines)
                except RecordError as error:
                    faults.append(Fault(part.path, position, 0, str(error)))
                counts.lines += 1
                position += len(line)


def _parsed(line: bytes, encoding: str) -> Any:
    try:
        record = json.loads(line.decode(encoding))
        if b"\\u" in line:
            json.dumps(record, ensure_ascii=False).encode()  # fails on half of a surrogate pair
    except (ValueError, RecursionError) as error:
        raise RecordError(f"not a JSON object in {encoding.upper()} ({error}); correct the line") from None
    return record if record is not None else ()
