"""Reads sentences from column files, the format of the CoNLL shared tasks: one token a line, blank lines between.

`EU B-ORG`, `EU<TAB>NNP<TAB>B-ORG`, `1<TAB>EU<TAB>...`: what the columns hold is a `Dialect`. Every line that is not
blank becomes a token, is counted in `ReadCounts`, or is an error that names it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import compress
from typing import Any, NoReturn

from data_tools.readers.base import ReadCounts, ReadOptions, SourceRange, SourceSentence, byte_ranges
from data_tools.readers.dialect import (
    DOCSTART,
    NO_SPACE,
    SKIPPED_INDEX,
    SPACES,
    Dialect,
    document_mark,
    is_docstart,
)
from data_tools.readers.dialect_detection import find_dialect
from data_tools.readers.sources import Block, LineCount, line_number, read_blocks
from data_tools.readers.tag_schemes import check_tag, to_iob2
from ner.errors import InputError
from ner.text.labels import OUTSIDE
from ner.text.sentence import Sentence

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # Unicode's Cc but for tab and line feed


@dataclass(frozen=True, kw_only=True)
class ConllReader:
    """Reads column files of one dialect; see `Reader`. `docstart` is what `read_sentences` takes."""

    dialect: Dialect
    docstart: str

    def ranges(self, path: str) -> list[SourceRange]:
        """Parts of any size: each holds the sentences behind the first blank line of the part."""
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
        return {"format": "columns", **asdict(self.dialect)}


def open_reader(paths: Sequence[str], options: ReadOptions) -> ConllReader:
    """The reader of files that have the dialect of the first one. Raises `InputError` as `find_dialect` does."""
    dialect = find_dialect(paths[0], options.token_column, options.tag_column)
    return ConllReader(dialect=dialect, docstart=options.docstart)


def read_sentences(
    path: str,
    dialect: Dialect,
    *,
    docstart: str = "drop",
    start: int = 0,
    end: int | None = None,
    counts: ReadCounts | None = None,
) -> Iterator[SourceSentence]:
    """Sentences of the byte range `[start, end)` of a file in order; what is no token is added to `counts`.

    The range is moved to just behind the first blank line at or after each of its ends (see `read_blocks`), so any
    cuts give every sentence once. A line that begins a document ends a sentence; `docstart="keep"` makes a -DOCSTART-
    line a sentence of its own, tagged O. Raises `InputError`, naming file and line, on a line that is neither a row of
    `dialect` nor known to be none.
    """
    counts = ReadCounts() if counts is None else counts
    line_count, document = LineCount(), 0
    for block in read_blocks(path, start, end, line_count):
        try:
            rows = _Block(block, _decode(block.data), document, dialect, counts)
            yield from rows.sentences(docstart)
            document = rows.document
        except BadLineError as error:
            raise InputError(f"{path}:{line_number(path, block.offset) + error.line}: {error}") from None
    counts.lines += line_count.lines


def read_lines(lines: Sequence[str], dialect: Dialect, counts: ReadCounts) -> Iterator[SourceSentence]:
    """Sentences of lines of which none is blank; without a tag column in `dialect`, every token is tagged O.

    Raises `BadLineError` on a line that is neither a row of `dialect` nor known to be none.
    """
    text = "\n".join(lines)
    return _Block(Block(0, 0, text.encode()), text, 0, dialect, counts).sentences("drop")


class BadLineError(Exception):
    """What is wrong with a line of a block, counted from 0."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class _Block:
    """A run of lines that are not blank: one sentence, or several where lines between them begin documents.

    `document` counts the documents of the range that began up to here.
    """

    def __init__(self, block: Block, text: str, document: int, dialect: Dialect, counts: ReadCounts) -> None:
        self._block, self._text, self._dialect, self._counts = block, text, dialect, counts
        self.document = document
        self._lines = text.split("\n")

    def sentences(self, docstart: str) -> Iterator[SourceSentence]:
        """The sentences of the block in order."""
        if not (self._text.startswith("#") or "\n#" in self._text or DOCSTART in self._text):
            yield from self._sentence(range(len(self._lines)))
            return
        numbers: list[int] = []  # of the lines of one sentence
        for number, line in enumerate(self._lines):
            if self._dialect.is_comment(line):
                self._counts.comments += 1
                mark = document_mark(line)
            elif is_docstart(line):
                self._counts.docstarts += 1
                mark = DOCSTART
            else:
                numbers.append(number)
                continue
            if mark is None:
                continue
            yield from self._sentence(numbers)
            numbers = []
            self.document += 1
            self._counts.documents[mark] += 1
            if mark == DOCSTART and docstart == "keep":
                yield self._source(number, range(1), Sentence.from_tokens([DOCSTART], [OUTSIDE]))
        yield from self._sentence(numbers)

    def _source(self, first: int, line_offsets: Sequence[int], sentence: Sentence) -> SourceSentence:
        """A sentence whose first row is line `first` of the block."""
        return SourceSentence(self._offset_of(first), self._block.line + first, self.document, line_offsets, sentence)

    def _sentence(self, numbers: Sequence[int]) -> Iterator[SourceSentence]:
        """The sentence in the lines of these numbers, or nothing where they hold no token."""
        dialect = self._dialect
        rows = all_rows = self._rows(numbers)
        if (index := dialect.index_column) is not None and not all(row[index].isdecimal() for row in rows):
            are_words = [self._is_word(number, row[index]) for number, row in zip(numbers, rows, strict=True)]
            numbers, rows = list(compress(numbers, are_words)), list(compress(rows, are_words))
        if not rows:
            return
        tokens = tuple([row[dialect.token_column] for row in rows])
        tags = [OUTSIDE if dialect.tag_column is None else row[dialect.tag_column] for row in rows]
        self._check(numbers, tokens, tags)
        self._counts.evidence.add_sentence(tags)
        space_after = (True,) * len(rows)
        if NO_SPACE in self._text and index is not None and dialect.misc_column is not None:
            space_after = _space_after(all_rows, index, dialect.misc_column)
        first = numbers[0]
        line_offsets = numbers if first == 0 else [number - first for number in numbers]
        yield self._source(first, line_offsets, Sentence(tokens, to_iob2(tags), space_after))

    def _rows(self, numbers: Sequence[int]) -> list[list[str]]:
        """The columns of these lines, each with as many as there must be."""
        dialect = self._dialect
        lines = [self._lines[number] for number in numbers]
        rows = dialect.split(lines)
        tabs = dialect.separator == SPACES and "\t" in self._text
        if tabs or not all(map(dialect.fits, set(map(len, rows)))):
            for number, line, row in zip(numbers, lines, rows, strict=True):
                tab = " and a tab" if tabs and "\t" in line else ""
                if tab or not dialect.fits(len(row)):
                    found = f"{len(row)} column{'s' * (len(row) != 1)}{tab} in {line[:80]!r}"
                    self._fail(number, f"{found}, but the file is {dialect.describe()}; correct the line")
        return rows

    def _check(self, numbers: Sequence[int], tokens: Sequence[str], tags: Sequence[str]) -> None:
        if "" in tokens:
            fault = f"the token (column {self._dialect.token_column}) is empty"
            self._fail(numbers[tokens.index("")], f"{fault}; correct the line")
        for tag in dict.fromkeys(tags):  # each once, so that the first line with a fault is named
            if (wrong := check_tag(tag)) is not None:
                self._fail(numbers[tags.index(tag)], f"{wrong}; correct it, or name another column with --tag_column")

    def _is_word(self, number: int, index: str) -> bool:
        """Whether an index is a plain number; counts the other rows that CoNLL-U has."""
        if index.isdecimal():
            return True
        skipped = SKIPPED_INDEX.fullmatch(index)
        if skipped is None:
            wanted = f"column {self._dialect.index_column} holds running numbers"
            self._fail(number, f"{index!r} is not a number, but {wanted}; correct the line, or give --token_column")
        elif skipped[1] == "-":
            self._counts.multiword_tokens += 1
        else:
            self._counts.empty_nodes += 1
        return False

    def _fail(self, number: int, message: str) -> NoReturn:
        hint = " (a line that begins with # and has the columns of a row is no comment)"
        raise BadLineError(number, message + hint * self._lines[number].startswith("#"))

    def _offset_of(self, number: int) -> int:
        """The byte in the file at which a line of the block begins."""
        return self._block.offset + sum(len(line) + 1 for line in self._block.data.split(b"\n", number)[:number])


def _decode(data: bytes) -> str:
    """The text of a block, with lines that end in a line feed alone and none at its end."""
    try:
        # A file may end in a carriage return; elsewhere one without a line feed is a control character.
        text = data.decode().removesuffix("\r").replace("\r\n", "\n").removesuffix("\n")
    except UnicodeDecodeError as error:
        line_start = data.rfind(b"\n", 0, error.start) + 1
        fault = f"byte 0x{data[error.start]:02X}, byte {error.start - line_start + 1} of the line, is not UTF-8"
        raise BadLineError(data.count(b"\n", 0, line_start), f"{fault}; convert the file to UTF-8") from None
    if (control := _CONTROL.search(text)) is not None:
        line_start = text.rfind("\n", 0, control.start()) + 1
        name = f"control character U+{ord(control[0]):04X}"
        fault = f"{name} is character {control.start() - line_start + 1} of the line; remove it"
        raise BadLineError(text.count("\n", 0, line_start), fault)
    return text


def _space_after(rows: Sequence[Sequence[str]], index_column: int, misc_column: int) -> tuple[bool, ...]:
    """Whether a space follows each word of a CoNLL-U sentence.

    The MISC of a multiword token `7-8` speaks of the space behind its last word.
    Source: https://universaldependencies.org/format.html
    """
    found: list[bool] = []
    last_word = ""  # of a multiword token that no space follows
    for row in rows:
        index, no_space_after = row[index_column], NO_SPACE in row[misc_column].split("|")
        if index.isdecimal():
            found.append(not no_space_after and index != last_word)
        else:
            last_word = index.partition("-")[2] if no_space_after else ""
    return tuple(found)
