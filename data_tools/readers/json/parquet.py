"""Reads sentences from Parquet tables whose rows are the records of `json_records`, as Hugging Face stores them.

Names of tags that are numbers are taken from the table where it has them (`ClassLabel`), else from `--label_names`.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from data_tools.readers.annotated_text import RecordError
from data_tools.readers.base import ReadCounts, SourceRange
from data_tools.readers.faults import Fault
from data_tools.readers.json.json_records import TAGS, RecordForm
from data_tools.readers.json.record_batches import PlacedRecord, RecordReader
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.same_layout import check_same_layout
from data_tools.readers.sources import is_converted
from ner import files
from ner.errors import InputError

_MAGIC = b"PAR1"
_BATCH_ROWS = 1_000


def is_parquet(path: str, head: bytes) -> bool:
    """Whether a file that begins so is a Parquet table."""
    return head.startswith(_MAGIC)


def open_reader(paths: Sequence[str], options: ReadOptions) -> "ParquetReader":
    """The reader of these tables.

    Raises `InputError` where pyarrow is missing, columns are named, a table is GZIP data, or tables that number their
    tags differ in these.
    """
    options.check_no_columns(f"{paths[0]}: a Parquet table")
    for path in paths:
        if is_converted(path):
            raise InputError(f"{path}: a Parquet table in GZIP data, in which rows cannot be found; unpack it: gunzip")
    names = options.names_of_labels or _class_labels(paths[0])
    if not options.names_of_labels:
        check_same_layout(paths, _tag_names)
    return ParquetReader(RecordForm(names, options.empty_token, options.layer, options.lone_marks))


def _tag_names(path: str) -> str | None:
    names = _class_labels(path)
    return f"the tags {', '.join(names)}" if names else None


@dataclass(frozen=True)
class ParquetReader(RecordReader):
    """A part is a group of rows, and a line is a row; see `Reader`."""

    format = "parquet"
    in_words = "Parquet (text with spans, or tokens with tags)"

    form: RecordForm

    def ranges(self, path: str) -> list[SourceRange]:
        """A part for each group of rows, counted from 0 in place of bytes."""
        with files.open_file(path) as file, _table(path, file) as table:
            sizes = [table.metadata.row_group(group).total_byte_size for group in range(table.num_row_groups)]
        return [SourceRange(path, group, group + 1, size) for group, size in enumerate(sizes)]

    def _records(
        self, number: int, part: SourceRange, counts: ReadCounts, faults: list[Fault]
    ) -> Iterator[PlacedRecord]:
        with files.open_file(part.path) as file, _table(part.path, file) as table:
            row = before = sum(table.metadata.row_group(group).num_rows for group in range(part.start))
            groups = range(part.start, table.num_row_groups if part.end is None else part.end)
            for batch in table.iter_batches(_BATCH_ROWS, row_groups=groups):
                for record in batch.to_pylist():
                    try:
                        content = self.form.read(record, part.path, 0, counts)
                        if content is not None:  # places are rows below the first
                            yield PlacedRecord(content, number, part.path, 0, row - before, row)
                    except RecordError as error:
                        faults.append(Fault(part.path, 0, row, str(error)))
                    row += 1
        counts.lines += row - before


@contextmanager
def _table(path: str, file: Any) -> Iterator[Any]:
    """A table, while it is read. Raises `InputError` where pyarrow is missing, or cannot read what is there."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(f"{path}: Parquet needs pyarrow ({error}): pip install 'character-ner[parquet]'") from None
    try:
        yield pyarrow.parquet.ParquetFile(file)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: a damaged Parquet table ({error}); get the file again") from None


def _class_labels(path: str) -> tuple[str, ...]:
    """The names that a table's own description gives to the numbers in its column of tags, or none."""
    with files.open_file(path) as file, _table(path, file) as table:
        schema = table.schema_arrow
    try:
        described = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))["info"]["features"]
        column = next(name for name in TAGS if _holds_lists(schema, name))
        feature = described[column]
        inner = feature[0] if isinstance(feature, list) else feature["feature"]
        return tuple(map(str, inner["names"]))
    except (ValueError, LookupError, TypeError, StopIteration):
        return ()


def _holds_lists(schema: Any, name: str) -> bool:
    """Whether a table has such a column, with a list for each row: a single value belongs to a document."""
    return name in schema.names and hasattr(schema.field(name).type, "value_field")
