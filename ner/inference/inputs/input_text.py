"""Reads texts from files or standard input as a stream.

Input is read in windows: the texts that are complete after one read. A large file gives windows of many texts, which
can be batched by length; a terminal or an interactive program gives windows of one line.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ner.errors import InputError
from ner.inference.inputs.byte_stream import STANDARD_INPUT, display_name
from ner.inference.inputs.input_errors import FAIL, REPLACE, InputErrors
from ner.inference.inputs.input_lines import LONGEST_TEXT, Line, read_lines, read_whole, too_long
from ner.text.column_rows import ColumnRows
from ner.text.tokenizer import TokenizedText

LINE, FILE = DOCUMENTS = ("line", "file")
_LONGEST_BLOCK_LINES = 100_000  # far beyond any sentence
_JOINED_CHARACTERS = 1_000_000
# A mark of a document or sentence, or a token with a tag in the last of several columns.
_COLUMNS = re.compile(r"-DOCSTART-|# (?:newdoc|sent_id|text) ?|[^ ]+ (?:[^ ]+ )*(?:O|[BIES]-[A-Z]+)$")


@dataclass(frozen=True, slots=True)
class InputText:
    """A text to be tagged, the path that it comes from, and its first line there, from 1.

    `rows` are the lines of a column file, where it comes from one; they may hold no token. Texts with the same number
    of a `document` are sentences of it; None: this one stands alone. `fields` are what an object of JSON holds besides.
    """

    text: TokenizedText
    path: str
    line: int
    rows: ColumnRows | None = None
    document: int | None = None
    fields: Mapping[str, Any] | None = None


Window = list[InputText]
Tokenize = Callable[[str], TokenizedText]
# Lines and the number of the first -> sentences with their rows; each line is in the rows of one sentence, in order.
ParseBlock = Callable[[Sequence[str], int], list[tuple[TokenizedText, ColumnRows]]]


def read_text(
    paths: Sequence[str],
    errors: InputErrors,
    documents: str = LINE,
    tokenize: Tokenize = TokenizedText.from_text,
) -> Iterator[Window]:
    """Windows of texts with tokens found by `tokenize`; each line is a text, an empty one too.

    With `documents=FILE` each file is one. What cannot be read is an `InputError` that names file and line and goes to
    `errors`; where that raises it, the texts before come first. Raises OSError where a file cannot be read. A file that
    begins as JSON lines or columns do is noted, and read as text all the same.
    """
    read = partial(_plain_text, tokenize=tokenize)
    for path in paths:
        begun = False
        for lines in [read_whole(path)] if documents == FILE else read_lines(path):
            if not begun and (first := next((line for line in lines if not line.is_blank), None)):
                begun = True
                _note_other_format(first, errors)
            sources = [lines] if documents == FILE else [[line] for line in lines]
            yield from window_of(sources, read, errors)


def read_columns(
    paths: Sequence[str], open_parser: Callable[[str], ParseBlock], errors: InputErrors
) -> Iterator[Window]:
    """Windows of texts that are given as tokens, one token per line, a blank line after each sentence.

    Every line of the input is in the rows of one text, in order. `open_parser` is called with the name of each file.
    A document ends where a line begins the next one, and with its file. Raises as `read_text`; what the parser raises
    goes to `errors` too.
    """
    document = 0
    for path in paths:
        read_block = partial(_sentences, parse=open_parser(display_name(path)))
        block: list[Line] = []
        for lines in read_lines(path):
            blocks = []
            for line in lines:
                block.append(line)
                if line.is_blank:
                    blocks.append(block)
                    block = []
            for window in window_of(blocks, read_block, errors):
                document = _number_documents(window, document)
                yield window
            if len(block) > _LONGEST_BLOCK_LINES:
                raise InputError(
                    f"{block[0].where}: no blank line in {len(block):,} lines; put one after each sentence"
                )
        if block:
            for window in window_of([block], read_block, errors):
                document = _number_documents(window, document)
                yield window
        document += 1


def with_whole_documents(windows: Iterable[Window]) -> Iterator[Window]:
    """The windows, cut between documents: one that goes on is held until it ends, or has a million characters.

    Windows of standard input stay: whoever writes there may be waiting for an answer. Where `windows` raises, what is
    held comes first.
    """
    held: Window = []  # texts of one document
    characters = 0
    try:
        for window in windows:
            if not window:
                continue
            if held and window[0].document != held[-1].document:
                yield held
                held, characters = [], 0
            begin = _begin_of_unfinished(window)
            held += window[:begin]
            if begin:
                yield held
                held, characters = [], 0
            held += window[begin:]
            characters += sum(len(source.text.text) + 1 for source in window[begin:])  # an empty text takes memory too
            if characters >= _JOINED_CHARACTERS:
                yield held
                held, characters = [], 0
    except (InputError, OSError):
        if held:
            yield held
        raise
    if held:
        yield held


def _note_other_format(first: Line, errors: InputErrors) -> None:
    """Notes that another `--input` is meant, where the first line of a file tells."""
    line = first.text(salvage=True).strip()
    cells = line.split("\t")
    if line.startswith("{") and line.endswith("}") and '"text"' in line:
        errors.note(f"{first.where}: JSON, which is tagged as it stands here; --input=json tags its texts")
    elif _COLUMNS.match(line) or (len(cells) > 1 and not any(" " in cell or not cell for cell in cells)):
        errors.note(f"{first.where}: columns, which are tagged as text here; --input=columns tags their sentences")


def _begin_of_unfinished(window: Window) -> int:
    """The index of the first text of the document that may go on after the window; its length where none may."""
    last = window[-1]
    if last.document is None or last.path == STANDARD_INPUT:
        return len(window)
    return next((i for i in range(len(window) - 1, 0, -1) if window[i - 1].document != last.document), 0)


def _number_documents(window: Window, document: int) -> int:
    """Sets the documents of the texts of a file, of which the first goes on with `document`; that of the last one."""
    for index, text in enumerate(window):
        if text.rows is not None and text.rows.begins_document:
            document += 1
        window[index] = replace(text, document=document)
    return document


def window_of(
    sources: Sequence[Sequence[Line]], read: Callable[[Sequence[Line], bool], Window], errors: InputErrors
) -> Iterator[Window]:
    """One window, of what `read` makes of each of `sources`; its second argument asks it to read what it can."""
    window: Window = []
    failure = None
    for lines in sources:
        try:
            window += read(lines, False)
        except InputError as error:
            if errors.policy == FAIL:
                failure = error
                break
            errors.add(error)
            if errors.policy == REPLACE:
                window += read(lines, True)
    yield window
    if failure is not None:
        errors.add(failure)


def _plain_text(lines: Sequence[Line], salvage: bool, tokenize: Tokenize) -> Window:
    """The text that the lines make. Raises `InputError` where that cannot be read, unless it is to be salvaged."""
    text = "\n".join([line.text(salvage) for line in lines])
    if len(text) > LONGEST_TEXT:
        if not salvage:
            raise InputError(too_long(lines[0].where, f"{len(text):,}"))
        text = ""
    return [InputText(tokenize(text), lines[0].path, lines[0].number)]


def _sentences(block: Sequence[Line], salvage: bool, parse: ParseBlock) -> Window:
    """The sentences in the lines of a block, of which the last may be blank. Raises `InputError`, as `parse` does.

    What is to be salvaged has no tokens: its lines are passed through.
    """
    lines = [line.text(salvage) for line in block]
    path, number = block[0].path, block[0].number
    body = lines[:-1] if block[-1].is_blank else lines
    if salvage or not body:
        return [InputText(TokenizedText.from_tokens(()), path, number, ColumnRows(tuple(lines), (), ""))]
    found: Window = []
    for text, rows in parse(body, number):
        if len(text.text) > LONGEST_TEXT:
            raise InputError(too_long(block[0].where, f"{len(text.text):,}"))
        found.append(InputText(text, path, number + min(rows.token_lines, default=0), rows))
        number += len(rows.lines)
    last = found[-1].rows
    if last is not None and len(body) < len(lines):
        found[-1] = replace(found[-1], rows=replace(last, lines=(*last.lines, lines[-1])))
    return found
