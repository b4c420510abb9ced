"""The sentences in a run of lines of a column file that no blank line interrupts."""

from collections.abc import Iterator, Sequence
from itertools import compress

from data_tools.readers.base import ReadCounts, SourceSentence
from data_tools.readers.block_text import count_latin_controls, decode_lines
from data_tools.readers.columns.conllu import (
    TEXT_COMMENT,
    sentences_by_index,
    sentences_by_misc,
    space_after_by_misc,
    space_after_by_text,
)
from data_tools.readers.columns.dialect import (
    ALLOW_EMPTY,
    DOCSTART,
    DOCSTART_WORD,
    ERROR,
    SKIPPED_INDEX,
    SPACE,
    SPACES,
    TAB,
    Dialect,
    document_mark,
    filled,
    is_docstart,
    spaces_by_empty,
)
from data_tools.readers.sources import BLANK, BYTE_ORDER_MARK, Block
from data_tools.readers.tag_schemes import check_tag, to_iob2
from ner.text.labels import NOT_ANNOTATED, OUTSIDE
from ner.text.sentence import Sentence

_HASH_HINT = " (a line that begins with # and has the columns of a row is no comment)"


class ColumnBlock:
    """One sentence, or several: where a line between them begins a document, an index starts anew, or MISC says so.

    `document` counts the documents of the range that began up to here. `faults` holds what is wrong with lines,
    numbered from 0, once `sentences` has ended: a sentence with a fault is left out.
    """

    def __init__(self, block: Block, dialect: Dialect, counts: ReadCounts, document: int = 0) -> None:
        self._block, self._dialect, self._counts = block, dialect, counts
        self.document = document
        self.faults: list[tuple[int, str]] = []
        self._text = ""
        self._lines: list[str] = []
        self._texts: list[tuple[int, str]] = []  # line -> text of the sentence, by a comment of CoNLL-U

    def sentences(self, docstart: str) -> Iterator[SourceSentence]:
        """The sentences of the block in order; `docstart="keep"` makes a -DOCSTART- line one too."""
        self._text, self.faults = decode_lines(self._block.data, self._dialect.encoding)
        if self.faults:
            return
        self._lines = self._text.split("\n")
        self._counts.control_characters += count_latin_controls(self._text)
        if not self._has_other_lines():
            yield from self._sentences(range(len(self._lines)))
            return
        numbers: list[int] = []  # of the lines of one sentence
        for number, whole in enumerate(self._lines):
            line = whole.removeprefix(BYTE_ORDER_MARK)
            if line != whole:  # of a file that was appended to another one
                yield from self._sentences(numbers)
                numbers = []
                self._lines[number] = line
                self._counts.byte_order_marks += 1
                if not line.strip(BLANK):
                    self._counts.blank_marks += 1
                    continue
            if self._dialect.is_header(line):
                self._counts.headers += 1
                mark = None
            elif self._dialect.is_comment(line):
                self._counts.comments += 1
                mark = document_mark(line)
                if (text := TEXT_COMMENT.match(line)) is not None:
                    self._texts.append((number, text[1].strip()))
            elif is_docstart(line):
                self._counts.docstarts += 1
                mark = DOCSTART
            else:
                numbers.append(number)
                continue
            if mark is None:
                continue
            yield from self._sentences(numbers)
            numbers = []
            self.document += 1
            self._counts.documents[mark] += 1
            if mark == DOCSTART and docstart == "keep":
                yield self._source(number, range(1), Sentence.from_tokens([DOCSTART], [OUTSIDE]))
        yield from self._sentences(numbers)

    def _has_other_lines(self) -> bool:
        """Whether there may be lines that are no rows."""
        text, header = self._text, self._dialect.header
        return (
            text.startswith("#")
            or "\n#" in text
            or DOCSTART_WORD in text
            or BYTE_ORDER_MARK in text
            or (header is not None and header in text)
        )

    def _source(self, first: int, line_offsets: Sequence[int], sentence: Sentence) -> SourceSentence:
        """A sentence whose first row is line `first` of the block."""
        block = self._block
        return SourceSentence(block.offset_of(first), block.line + first, self.document, line_offsets, sentence)

    def _sentences(self, numbers: Sequence[int]) -> Iterator[SourceSentence]:
        """The sentences in the lines of these numbers; none where they hold no token."""
        rows = self._rows(numbers)
        if not rows:
            return
        if (index := self._dialect.index_column) is None:
            misc = self._dialect.misc_column
            parts = [slice(None)] if misc is None else sentences_by_misc([row[misc] for row in rows])
            for part in parts:
                yield from self._sentence(numbers[part], rows[part], ())
            return
        indexes = [row[index] for row in rows]
        for number, part in enumerate(sentences_by_index(indexes)):
            self._counts.index_restarts += number > 0
            yield from self._sentence(numbers[part], rows[part], indexes[part])

    def _sentence(
        self, numbers: Sequence[int], rows: Sequence[list[str]], indexes: Sequence[str]
    ) -> Iterator[SourceSentence]:
        """The sentence in these rows, or nothing where they hold no token or a fault."""
        dialect, before = self._dialect, len(self.faults)
        start, all_rows, all_indexes = numbers[0], rows, indexes
        if not all(map(str.isdecimal, indexes)):
            are_words = [self._is_word(number, index) for number, index in zip(numbers, indexes, strict=True)]
            numbers, rows = list(compress(numbers, are_words)), list(compress(rows, are_words))
        tokens = [row[dialect.token_column] for row in rows]
        tags = [OUTSIDE] * len(rows)
        if (column := dialect.tag_column) is not None:
            tags = dialect.notation.tags([row[column] for row in rows])
        self._check_tags(numbers, tags)
        space_after = self._space_after(start, all_indexes, all_rows) if rows else ()
        if "" in tokens:
            tokens = self._filled(numbers, tokens)
            kept = list(map(bool, tokens))
            numbers, tags = list(compress(numbers, kept)), list(compress(tags, kept))
            tokens = list(compress(tokens, kept))
            space_after = tuple(compress(space_after, kept))
        if not tokens or len(self.faults) > before:
            return
        self._counts.evidence.add_sentence(tags)
        first = numbers[0]
        line_offsets = numbers if first == 0 else [number - first for number in numbers]
        yield self._source(first, line_offsets, Sentence(tuple(tokens), to_iob2(tags), space_after))

    def _rows(self, numbers: Sequence[int]) -> list[list[str]]:
        """The columns of these lines; an empty list if a line has too few or too many."""
        dialect = self._dialect
        lines = [self._lines[number] for number in numbers]
        rows = dialect.split(lines)
        tabs = dialect.separator == SPACES and "\t" in self._text
        if not tabs and all(map(dialect.fits, set(map(len, rows)))):
            return rows
        faults = 0
        for place, (number, line) in enumerate(zip(numbers, lines, strict=True)):
            [row] = dialect.split([line.rstrip("\t")]) if dialect.separator == SPACES else [rows[place]]
            if dialect.separator == TAB and not row[-1] and not dialect.fits(len(row)):
                row.pop()  # after a tab at the end of the line
            tab = " and a tab" if dialect.separator == SPACES and "\t" in line.rstrip("\t") else ""
            if tab or not dialect.fits(len(row)):
                columns = len(rows[place])
                found = f"{columns} column{'s' * (columns != 1)}{tab} in {line[:80]!r}"
                self._fail(number, f"{found}, but the file is {dialect.describe()}; correct the line")
                faults += 1
            rows[place] = row
        return [] if faults else rows

    def _check_tags(self, numbers: Sequence[int], tags: Sequence[str]) -> None:
        wrong = {tag: fault for tag in {*tags} - {NOT_ANNOTATED} if (fault := check_tag(tag)) is not None}
        if wrong:
            for number, tag in zip(numbers, tags, strict=True):
                if tag in wrong:
                    remedy = "" if "--layer" in wrong[tag] else "; correct it, or name another column with --tag_column"
                    self._fail(number, f"{wrong[tag]}{remedy}")

    def _filled(self, numbers: Sequence[int], tokens: Sequence[str]) -> list[str]:
        """The tokens as `--empty_token` says; those to be dropped stay empty."""
        self._counts.empty_tokens += tokens.count("")
        if self._dialect.empty_token == ERROR:
            found = f"the token (column {self._dialect.token_column}) is empty; {self._remedy(ALLOW_EMPTY)}"
            for place in (place for place, token in enumerate(tokens) if not token):
                self._fail(numbers[place], found)
        return filled(tokens, self._dialect.empty_token)

    def _remedy(self, flag: str) -> str:
        """What can be done about a line; `flag` is for files with annotation alone: others have no such flags."""
        return f"correct the line, or {flag}" if self._dialect.tag_column is not None else "correct the line"

    def _is_word(self, number: int, index: str) -> bool:
        """Whether an index is a plain number; counts the other rows that CoNLL-U has."""
        if index.isdecimal():
            return True
        skipped = SKIPPED_INDEX.fullmatch(index)
        if skipped is None:
            others = f"column {self._dialect.index_column} holds running numbers"
            self._fail(number, f"{index!r} is not a number, but {others}; {self._remedy('give --token_column')}")
        elif skipped[1] == "-":
            self._counts.multiword_tokens += 1
        else:
            self._counts.empty_nodes += 1
        return False

    def _space_after(self, first: int, indexes: Sequence[str], rows: Sequence[list[str]]) -> tuple[bool, ...]:
        """Whether a space follows each word: by the sentence's text, by tokens that are spaces, by `SpaceAfter=No`.

        Else always.

        `first` is the line of the first row.
        """
        dialect = self._dialect
        tokens = [row[dialect.token_column] for row in rows]
        if (text := self._text_before(first)) is not None:
            found = space_after_by_text(indexes, tokens, text)
            self._counts.texts += 1
            self._counts.text_mismatches += found is None
            if found is not None:
                return found
        words = list(compress(tokens, map(str.isdecimal, indexes))) if indexes else tokens
        if dialect.empty_token == SPACE:
            return spaces_by_empty(words)
        if dialect.misc_column is not None and "SpaceAfter" in self._text:
            return space_after_by_misc(indexes, [row[dialect.misc_column] for row in rows])
        return (True,) * len(words)

    def _text_before(self, first: int) -> str | None:
        """The text that a comment above line `first` gives for the sentence there."""
        above = [text for number, text in self._texts if number < first]
        self._texts = self._texts[len(above) :]
        return above[-1] if above else None

    def _fail(self, number: int, message: str) -> None:
        self.faults.append((number, message + _HASH_HINT * self._lines[number].startswith("#")))
