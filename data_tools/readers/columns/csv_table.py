"""Reads sentences from a table with quotes and a line of names: a token and its tag in each row, and its sentence.

`Sentence #,Word,POS,Tag`, then `Sentence: 1,EU,NNP,B-ORG` and `,rejects,VBZ,O`: a new value of the sentence column
begins a sentence, and an empty one goes on with it; without such a column, an empty row does. A column `doc_id` or the
like begins documents in the same way, and with each a sentence.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import compress, islice
from typing import Any, NamedTuple

from data_tools.readers.base import FormatReader, ReadCounts, SourceRange, SourceSentence, check_tokens
from data_tools.readers.columns.column_sample import TAG_NAME, TOKEN_NAME, types_beside
from data_tools.readers.columns.dialect import ALLOW_EMPTY, ERROR, SPACE, filled, spaces_by_empty
from data_tools.readers.columns.tag_notation import TagNotation, find_notation
from data_tools.readers.faults import Fault, Faults, FaultyLinesError
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.same_layout import check_same_layout
from data_tools.readers.sources import open_source
from data_tools.readers.tag_schemes import ACCEPTED, check_tag, to_iob2
from ner.errors import InputError
from ner.text.labels import NOT_ANNOTATED
from ner.text.sentence import Sentence

_DELIMITERS = b",;\t"
_NUMBER = r"[_ ]?(?:#|id|idx|no|num|number|index)?"
_SENTENCE = re.compile(rf"sent(?:ence)?{_NUMBER}", re.IGNORECASE)
_DOCUMENT = re.compile(rf"doc(?:ument)?{_NUMBER}", re.IGNORECASE)
_UNIT = re.compile(f"{_SENTENCE.pattern}|{_DOCUMENT.pattern}", re.IGNORECASE)
_QUOTED_CELL = re.compile(rb'(?:^|\t)"(?:[^"\t\n]|"")+"(?:\t|\r?$)', re.MULTILINE)
_SAMPLE_ROWS = 5_000
_LONE_QUOTE = 'a quotation mark that is a token is written """"'
_EMPTY = ("nan", "none", "null")  # as pandas and databases write that a cell holds nothing


def _header(head: bytes) -> tuple[str, list[str]] | None:
    """The delimiter and the names in the first line of a table; None where it names no token and no tag."""
    first = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].rstrip(b"\r").decode("latin-1")
    for delimiter in _DELIMITERS.decode():
        if delimiter not in first:
            continue
        try:
            names = [name.strip() for name in next(csv.reader([first], delimiter=delimiter, skipinitialspace=True), [])]
        except csv.Error:
            continue
        if delimiter == "\t" and not _is_quoted(head) and not any(map(_UNIT.fullmatch, names)):
            continue  # plain columns
        if sum(TOKEN_NAME.fullmatch(name) is not None for name in names) == 1 and any(map(TAG_NAME.fullmatch, names)):
            return delimiter, names
    return None


def _is_quoted(head: bytes) -> bool:
    """Whether some cell between tabs is quoted, and not a quotation mark that is a token."""
    return _QUOTED_CELL.search(head) is not None


def is_csv(path: str, head: bytes) -> bool:
    """Whether a file that begins so names its columns, with commas or semicolons between them, or with tabs.

    With tabs and neither quotes nor a column of sentences or documents it is a file of plain columns.
    """
    return _header(head) is not None


def open_reader(paths: Sequence[str], options: ReadOptions) -> "CsvReader":
    """The reader of tables with the names of the first one.

    Raises `InputError` where several columns may hold tags, or none does, where they name no type, where a named column
    is not there or is that of the tokens, and where another table has other names.
    """
    path = paths[0]
    head = _head(path)
    delimiter, names = _header(head) or (",", [])
    check_same_layout(paths, _described_header)
    found_token = next(index for index, name in enumerate(names) if TOKEN_NAME.fullmatch(name))
    named_token = _position("--token_column", options.token_column, names, path)
    layout = CsvReader(
        delimiter=delimiter,
        quoted=delimiter != "\t" or _is_quoted(head),
        names=tuple(names),
        token_column=found_token if named_token is None else named_token,
        sentence_column=_first(_SENTENCE, names),
        document_column=_first(_DOCUMENT, names),
        encoding=options.encoding,
        empty_token=options.empty_token,
    )
    tags = _position("--tag_column", options.tag_column, names, path)
    if tags is None:
        named_tags = [index for index, name in enumerate(names) if TAG_NAME.fullmatch(name)]
        columns = [index for index in named_tags if index != layout.token_column]
    elif tags == layout.token_column:
        raise InputError(f"{path}:1: column {tags} ({names[tags]!r}) would hold tokens and tags; name another one")
    else:
        columns = [tags]
    rows = layout.sample(path)
    cells = {column: Counter(row[column] for row in rows) for column in columns if rows}
    written = {column: find_notation(cells[column], options.layer, options.type) for column in cells}
    found = {column: notation for column, notation in written.items() if notation is not None}
    if len(found) != 1:
        named = ", ".join(f"{column} ({names[column]!r})" for column in found or columns)
        held = ", ".join(repr(cell[:30]) for column in cells for cell, _ in cells[column].most_common(5))
        missing = f"no tags ({ACCEPTED}) in columns {named}, which hold {held or 'nothing'}"
        what = f"columns {named} hold tags" if found else missing
        raise InputError(f"{path}:1: {what}; name one with --tag_column, from 0")
    [(column, notation)] = found.items()
    if notation.lacks_type:
        types = types_beside(rows, column)
        beside = f"join them with column {names[types or 0]!r}, as in B-PER"
        remedy = "name it with --type=TYPE" if types is None else beside
        raise InputError(f"{path}:1: tags in column {names[column]!r} name no entity type; {remedy}")
    return replace(layout, tag_column=column, notation=notation)


def _first(kind: re.Pattern[str], names: Sequence[str]) -> int | None:
    """The first column of a kind."""
    return next((index for index, name in enumerate(names) if kind.fullmatch(name)), None)


def _position(flag: str, column: int | None, names: Sequence[str], path: str) -> int | None:
    """The column that a flag names, counted from the front. Raises `InputError` where the table lacks it."""
    if column is None:
        return None
    if not -len(names) <= column < len(names):
        listed = ", ".join(f"{index} {name!r}" for index, name in enumerate(names))
        raise InputError(f"{path}:1: there is no column {column}; {flag} can be one of {listed}")
    return column % len(names)


def _described_header(path: str) -> str:
    delimiter, names = _header(_head(path)) or ("", [])
    return f"the columns {delimiter.join(names)!r}"


def _head(path: str) -> bytes:
    with open_source(path) as file:
        return file.read(1 << 16)


class _Row(NamedTuple):
    """The byte and the line, from 0, at which the row of a token begins, and its cells."""

    offset: int
    line: int
    token: str
    tag: str


@dataclass(frozen=True, kw_only=True)
class CsvReader(FormatReader):
    """A file is read as a whole, because a quoted cell may hold line breaks; see `Reader`."""

    delimiter: str
    quoted: bool = True
    names: tuple[str, ...]
    token_column: int
    tag_column: int = 0
    sentence_column: int | None
    document_column: int | None
    encoding: str
    empty_token: str = ERROR
    notation: TagNotation = field(default_factory=TagNotation)

    def sample(self, path: str) -> list[list[str]]:
        """The first rows of a file that have all columns. Raises `FaultyLinesError` where bytes cannot be decoded."""
        faults: list[Fault] = []
        rows = [row for _, _, row in islice(self._rows(path, faults), _SAMPLE_ROWS)]
        if faults:
            raise FaultyLinesError(Faults.of(faults))
        return [row for row in rows if len(row) == len(self.names) and any(row) and row != list(self.names)]

    def read(self, part: SourceRange, counts: ReadCounts) -> Iterator[SourceSentence]:
        """The sentences of a file. Raises `FaultyLinesError` on rows with a fault."""
        faults: list[Fault] = []
        pending: list[_Row] = []
        units = [column for column in (self.document_column, self.sentence_column) if column is not None]
        current = dict.fromkeys(units, "")
        document = 0
        for offset, line, row in self._rows(part.path, faults):
            counts.lines = line + 1
            if len(row) != len(self.names):
                if any(row):
                    found = f"{len(row)} columns, but the first line names {len(self.names)}"
                    faults.append(Fault(part.path, offset, 0, f"{found}; correct the row"))
                else:
                    yield from self._sentence(part.path, document, pending, counts, faults)
                    pending = []
                continue
            if row == list(self.names):
                counts.headers += 1
                continue
            others = [cell for column, cell in enumerate(row) if column != self.token_column]
            if any("\n" in cell and self.delimiter in cell for cell in others):
                what = f"a cell holds a line break and {self.delimiter!r}: probably several rows"
                faults.append(Fault(part.path, offset, 0, f"{what}; {_LONE_QUOTE}"))
                continue
            values = {column: "" if row[column].casefold() in _EMPTY else row[column] for column in units}
            begun = [column for column, value in values.items() if value not in ("", current[column])]
            if begun or not any(row):
                yield from self._sentence(part.path, document, pending, counts, faults)
                pending = []
            if self.document_column in begun:
                document += 1
                counts.documents[self.names[self.document_column]] += 1
            current |= {column: value for column, value in values.items() if value}
            if any(row):
                pending.append(_Row(offset, line, row[self.token_column], row[self.tag_column]))
        yield from self._sentence(part.path, document, pending, counts, faults)
        if faults:
            raise FaultyLinesError(Faults.of(faults))

    def _sentence(
        self, path: str, document: int, rows: Sequence[_Row], counts: ReadCounts, faults: list[Fault]
    ) -> Iterator[SourceSentence]:
        tags = self.notation.tags([row.tag for row in rows])
        before = len(faults)
        spaces = spaces_by_empty([row.token for row in rows]) if self.empty_token == SPACE else (True,) * len(rows)
        counts.empty_tokens += sum(not row.token for row in rows)
        if self.empty_token != ERROR:
            tokens = filled([row.token for row in rows], self.empty_token)
            tags, spaces = list(compress(tags, tokens)), tuple(compress(spaces, tokens))
            rows = [row._replace(token=token) for row, token in zip(rows, tokens, strict=True) if token]
        for (offset, _, token, _), tag in zip(rows, tags, strict=True):
            if not token:
                faults.append(Fault(path, offset, 0, f"the token is empty; correct the row, or {ALLOW_EMPTY}"))
            elif (wrong := check_tokens([token])) is not None:
                faults.append(Fault(path, offset, 0, f"{wrong}; {_LONE_QUOTE}"))
            if tag != NOT_ANNOTATED and (wrong := check_tag(tag)) is not None:
                faults.append(Fault(path, offset, 0, f"{wrong}; correct it, or name another column with --tag_column"))
        if rows and len(faults) == before:
            first = rows[0]
            counts.evidence.add_sentence(tags)
            sentence = Sentence(tuple(row.token for row in rows), to_iob2(tags), spaces)
            yield SourceSentence(first.offset, first.line, document, [row.line - first.line for row in rows], sentence)

    def _rows(self, path: str, faults: list[Fault]) -> Iterator[tuple[int, int, list[str]]]:
        """The byte and the line, from 0, at which each row begins, and its cells."""
        with open_source(path) as file:
            offset, line = file.tell(), 0
            end = offset

            def lines() -> Iterator[str]:
                nonlocal end
                for data in file:
                    end += len(data)
                    try:
                        yield data.decode(self.encoding)
                    except UnicodeDecodeError as error:
                        what = f"byte 0x{data[error.start]:02X} of the line is not {self.encoding.upper()}"
                        faults.append(Fault(path, end - len(data), 0, f"{what}; name the file's --encoding"))
                        yield "\n"

            table = csv.reader(
                lines(),
                delimiter=self.delimiter,
                quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
                skipinitialspace=True,
            )
            while True:
                try:
                    row = next(table, None)
                except csv.Error as error:
                    faults.append(Fault(path, offset, 0, f"{error}; correct the quotes"))
                    return
                if row is None:
                    return
                yield offset, line, [cell.strip() for cell in row]
                offset, line = end, table.line_num

    def describe(self) -> str:
        """What the columns hold."""
        units = {"sentence": self.sentence_column, "document": self.document_column}
        unit = "".join(f", {what} {self.names[column]!r}" for what, column in units.items() if column is not None)
        special = f", {self.notation.describe()}" if self.notation.describe() else ""
        token, tag = self.names[self.token_column], self.names[self.tag_column]
        return f"a table with {self.delimiter!r} between columns: token {token!r}, tag {tag!r}{unit}{special}"

    def recorded(self) -> dict[str, Any]:
        """The name of the format and the columns."""
        return {"format": "csv", **asdict(self), "names": list(self.names), "notation": self.notation.describe()}
