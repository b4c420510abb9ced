"""Reads sentences from column files, the format of the CoNLL shared tasks: one token a line, blank lines between.

`EU B-ORG`, `EU<TAB>NNP<TAB>B-ORG`, `1<TAB>EU<TAB>...`: what the columns hold is a `Dialect`. Every line that is not
blank becomes a token, is counted in `ReadCounts`, or is an error that names it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from data_tools.readers.base import ReadCounts, SourceRange, SourceSentence, byte_ranges
from data_tools.readers.columns.column_block import ColumnBlock
from data_tools.readers.columns.dialect import DROP, Dialect
from data_tools.readers.columns.dialect_detection import find_dialect
from data_tools.readers.faults import Fault, Faults, FaultyLinesError
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.same_layout import check_same_layout
from data_tools.readers.sources import Block, LineCount, read_blocks
from ner.errors import InputError


@dataclass(frozen=True, kw_only=True)
class ConllReader:
    """Reads column files of one dialect; see `Reader`. `docstart` is what `read_sentences` takes."""

    dialect: Dialect
    docstart: str
    files_are_documents = False

    def ranges(self, path: str) -> list[SourceRange]:
        """Parts of any size: each holds the sentences after the first blank line of the part."""
        return byte_ranges(path)

    def read(self, part: SourceRange, counts: ReadCounts) -> Iterator[SourceSentence]:
        """The sentences of a part. Raises `InputError` as `read_sentences` does."""
        return read_sentences(
            part.path, self.dialect, docstart=self.docstart, start=part.start, end=part.end, counts=counts
        )

    def describe(self) -> str:
        """What the columns hold."""
        return self.dialect.describe()

    def recorded(self) -> dict[str, Any]:
        """The name of the format and the dialect."""
        return {"format": "columns", **asdict(self.dialect), "notation": self.dialect.notation.describe()}


def open_reader(paths: Sequence[str], options: ReadOptions) -> ConllReader:
    """The reader of files that have the dialect of the first one.

    Raises `InputError` as `find_dialect` does, and where another file has its tokens or tags elsewhere, or names its
    columns otherwise.
    """
    dialect = find_dialect(paths[0], options)
    dialects = {paths[0]: dialect, **{path: _dialect(path, options) for path in paths[1:]}}
    for path, other in dialects.items():
        if other and other.header not in (None, dialect.header):
            raise InputError(
                f"{path}:1: the columns are named {other.header!r}, but {paths[0]} names {dialect.header or 'none'!r}; "
                "write the same line into both, or remove it"
            )
    remedy = ", or name --token_column and --tag_column where both have them there"
    layouts = {path: other.describe_columns() if other else None for path, other in dialects.items()}
    check_same_layout(paths, layouts.__getitem__, remedy)
    return ConllReader(dialect=dialect, docstart=options.docstart)


def _dialect(path: str, options: ReadOptions) -> Dialect | None:
    """A file's dialect; None where its first rows do not tell, as without an entity."""
    try:
        return find_dialect(path, options)
    except InputError:
        return None


def read_sentences(
    path: str,
    dialect: Dialect,
    *,
    docstart: str = DROP,
    start: int = 0,
    end: int | None = None,
    counts: ReadCounts | None = None,
) -> Iterator[SourceSentence]:
    """Sentences of the byte range `[start, end)` of a file in order; what is no token is added to `counts`.

    The range is moved to just after the first blank line at or after each of its ends (see `read_blocks`), so any
    cuts give every sentence once. A line that begins a document ends a sentence; `docstart="keep"` makes a -DOCSTART-
    line a sentence of its own, tagged O. Raises `FaultyLinesError`, once all others were read, where lines are neither
    rows of `dialect` nor known to be none.
    """
    counts = ReadCounts() if counts is None else counts
    line_count, document, faults = LineCount(), 0, Faults()
    for block in read_blocks(path, start, end, line_count):
        rows = ColumnBlock(block, dialect, counts, document)
        yield from rows.sentences(docstart)
        document = rows.document
        if rows.faults:
            faults += Faults.of([Fault(path, block.offset, number, message) for number, message in sorted(rows.faults)])
    counts.lines += line_count.lines
    if faults:
        raise FaultyLinesError(faults)


def read_lines(lines: Sequence[str], dialect: Dialect, counts: ReadCounts) -> list[SourceSentence]:
    """Sentences of lines of which none is blank; without a tag column in `dialect`, every token is tagged O.

    Raises `BadLineError` on a line that is neither a row of `dialect` nor known to be none.
    """
    block = ColumnBlock(Block(0, 0, "\n".join(lines).encode()), dialect, counts)
    sentences = list(block.sentences(DROP))
    for number, message in sorted(block.faults):
        raise BadLineError(number, message)
    return sentences


class BadLineError(Exception):
    """What is wrong with a line, counted from 0."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
