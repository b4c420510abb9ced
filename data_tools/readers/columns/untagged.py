"""Column files that are to be tagged: tokens are found by the layout of the training data or by looking at the rows."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from data_tools.readers.base import ReadCounts
from data_tools.readers.columns.column_sample import are_conll2012, beyond_doubt, named_token, split_rows
from data_tools.readers.columns.conll import BadLineError, read_lines
from data_tools.readers.columns.csv_table import is_csv
from data_tools.readers.columns.dialect import (
    SKIPPED_INDEX,
    TAB,
    Dialect,
    document_mark,
    is_docstart,
    is_misc,
)
from data_tools.readers.columns.dialect_detection import CONLL2012_TOKEN
from ner.console import counted
from ner.errors import InputError
from ner.text.column_rows import ColumnRows
from ner.text.labels import OUTSIDE
from ner.text.sentence import Sentence
from ner.text.spacing import BETWEEN_TOKENS, join_tokens
from ner.text.tokenizer import TokenizedText

_CONLLU_COLUMNS, _CONLLU_MISC = 10, 9
_TAG_NAME = "tag"  # of the column of predictions, where a first line names the columns


def untagged_dialect(name: str, lines: Sequence[str], trained: Mapping[str, Any]) -> Dialect:
    """The layout of the rows of a first sentence of the file `name`; no column of it is read as a tag.

    That of the model's training data (`trained`, the split's `dialect` in `dataset.json`) where separator and number of
    columns are the same; else the token is the fourth column in CoNLL-2012, the second after a running number, or the
    first. Raises `InputError` on CSV, and `BadLineError` where the number of columns varies.
    """
    if is_csv(name, "\n".join(lines).encode()):
        raise InputError(f"{name} is a table (CSV); convert it to columns, with a blank line after each sentence")
    certain = beyond_doubt(lines)
    places = certain or range(len(lines))
    separator, header, rows = split_rows([lines[place] for place in places])
    if rows and are_conll2012(rows):
        return Dialect(separator=separator, columns=None, token_column=CONLL2012_TOKEN, tag_column=None)
    widths = Counter(map(len, rows))
    columns = next(iter(widths)) if len(widths) == 1 else None
    if (trained.get("separator"), trained.get("columns")) == (separator, columns):
        known = Dialect(
            separator=separator,
            columns=columns,
            token_column=trained["token_column"],
            tag_column=None,
            index_column=trained["index_column"],
            misc_column=trained["misc_column"],
            header=header,
        )
        index = known.index_column
        if all(known.fits(len(row)) for row in rows) and (index is None or all(_is_index(row[index]) for row in rows)):
            return known
    if columns is None:
        if not certain or not rows:  # comments, or a line that names the columns
            return Dialect(separator=separator, columns=None, token_column=0, tag_column=None, header=header)
        odd = next(place for place, row in enumerate(rows) if len(row) != len(rows[0]))
        found = f"{counted(len(rows[odd]), 'column')}, but the rows before have {len(rows[0])}"
        raise BadLineError(places[odd + (header is not None)], f"{found}; correct the line")
    numbered = columns > 1 and _counts_up([row[0] for row in rows], columns)
    named = named_token(header, separator, columns)
    token = max(named or 0, int(numbered))  # a column of running numbers holds none, whatever its name
    others = [column for column in range(int(numbered), columns) if column != token]
    misc = next((column for column in others if any(is_misc(row[column]) for row in rows)), None)
    if misc is None and numbered and columns == _CONLLU_COLUMNS:
        misc = _CONLLU_MISC
    return Dialect(
        separator=separator,
        columns=columns,
        token_column=token,
        tag_column=None,
        index_column=0 if numbered else None,
        misc_column=misc,
        header=header,
    )


def _is_index(cell: str) -> bool:
    return cell.isdecimal() or SKIPPED_INDEX.fullmatch(cell) is not None


def _counts_up(cells: Sequence[str], columns: int) -> bool:
    """Whether the first column of a sentence holds running numbers; one number says so only in CoNLL-U."""
    if not all(map(_is_index, cells)):
        return False
    numbers = [int(cell) for cell in cells if cell.isdecimal()]
    steps = [after == before + 1 for before, after in pairwise(numbers)]
    return all(steps) if steps else columns == _CONLLU_COLUMNS


class UntaggedReader:
    """Reads the sentences of one file, named `name` in messages, whose layout its first sentence decides.

    `trained` and `spacing` are the dialect and the spacing of the model's training data in `dataset.json`. `on_dialect`
    is called with a line that describes the layout when it is known.
    """

    def __init__(
        self, name: str, trained: Mapping[str, Any], on_dialect: Callable[[str], object], spacing: str = BETWEEN_TOKENS
    ) -> None:
        self._name, self._trained, self._on_dialect = name, trained, on_dialect
        self._spacing = spacing
        self._dialect: Dialect | None = None

    def __call__(self, lines: Sequence[str], number: int) -> list[tuple[TokenizedText, ColumnRows]]:
        """The sentences in lines that no blank line separates, the first of them line `number`, each with its lines.

        Comments and lines of documents stand in the rows of a sentence; where there is no sentence, in those of one
        without tokens. Raises `InputError`, naming file and line, on a row that does not fit the layout.
        """
        try:
            if self._dialect is None:
                dialect = untagged_dialect(self._name, lines, self._trained)
                if all(dialect.is_header(line) or dialect.is_comment(line) or is_docstart(line) for line in lines):
                    return [_without_tokens(_completed(lines, dialect), dialect)]
                self._dialect = dialect
                self._on_dialect(f"{self._name}: {dialect.describe()}")
            found = list(read_lines(lines, self._dialect, ReadCounts()))
        except BadLineError as error:
            raise InputError(f"{self._name}:{number + error.line}: {error}") from None
        completed = _completed(lines, self._dialect)
        if not found:
            return [_without_tokens(completed, self._dialect)]
        sentences = []
        first = 0
        for index, one in enumerate(found):
            places = [one.line + offset for offset in one.line_offsets]
            end = places[-1] + 1 if index + 1 < len(found) else len(lines)
            own, token_lines = completed[first:end], tuple(place - first for place in places)
            rows = ColumnRows(own, token_lines, _between(self._dialect), _begins_document(own))
            sentences.append((self._text(one.sentence), rows))
            first = end
        return sentences

    def _text(self, sentence: Sentence) -> TokenizedText:
        """The text of a sentence, with the spaces of the file or, where it tells none, those of the training data."""
        if self._dialect is not None and self._dialect.misc_column is None and all(sentence.space_after[:-1]):
            return join_tokens(sentence.tokens, self._spacing)
        return TokenizedText.from_tokens(sentence.tokens, sentence.space_after)


def _without_tokens(lines: tuple[str, ...], dialect: Dialect) -> tuple[TokenizedText, ColumnRows]:
    return TokenizedText.from_tokens(()), ColumnRows(lines, (), _between(dialect), _begins_document(lines))


def _begins_document(lines: Sequence[str]) -> bool:
    return any(is_docstart(line) or document_mark(line) for line in lines)


def _between(dialect: Dialect) -> str:
    return "\t" if dialect.separator == TAB else " "


def _completed(lines: Sequence[str], dialect: Dialect) -> tuple[str, ...]:
    """The lines, those that are rows but hold no token with one more column, so that all rows have as many."""
    completed = []
    for line, row in zip(lines, dialect.split(lines), strict=True):
        added = ""
        if dialect.is_header(line):
            added = _TAG_NAME
        elif is_docstart(line) and len(row) > 1:
            added = OUTSIDE
        elif (
            dialect.index_column is not None
            and dialect.fits(len(row))
            and SKIPPED_INDEX.fullmatch(row[dialect.index_column])
        ):
            added = "_"
        completed.append(line + _between(dialect) + added if added else line)
    return tuple(completed)
