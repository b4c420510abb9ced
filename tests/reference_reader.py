"""A second reader of column files, slow and simple, which the real one is compared with."""

from collections.abc import Sequence
from dataclasses import replace

from data_tools.readers.base import ReadCounts, SourceSentence
from data_tools.readers.columns.dialect import SKIPPED_INDEX, TAB, Dialect, document_mark, is_docstart

BOM = b"\xef\xbb\xbf"

Tagged = list[tuple[str, str]]  # a sentence: (token, IOB2 tag)


def lines_that_hold_something(content: bytes) -> int:
    """How many lines of a (decompressed) file are not blank."""
    return sum(bool(line.strip(b" \t\r")) for line in content.removeprefix(BOM).split(b"\n"))


def read(content: bytes, dialect: Dialect, docstart: str) -> list[Tagged]:
    """The sentences of a (decompressed) file in which every line can be read."""
    sentences: list[Tagged] = [[]]
    number = -1  # of the last word, by the index
    for line in content.removeprefix(BOM).decode().split("\n"):
        text = line.removesuffix("\r")
        if text.startswith("\ufeff"):
            sentences.append([])
            number, text = -1, text[1:]
        if dialect.header is not None and text.rstrip() == dialect.header:
            continue
        if not text.strip(" \t\r"):
            sentences.append([])
            number = -1
        elif dialect.is_comment(text):
            if document_mark(text):
                sentences.append([])
                number = -1
        elif is_docstart(text):
            sentences += [[("-DOCSTART-", "O")], []] if docstart == "keep" else [[]]
            number = -1
        else:
            [row] = dialect.split([text if dialect.separator == TAB else text.rstrip("\t")])
            index = "" if dialect.index_column is None else row[dialect.index_column]
            skipped = SKIPPED_INDEX.fullmatch(index)
            if index:
                start, _, _ = index.partition("." if "." in index else "-")
                follows = number > int(start) if "." in index else number >= int(start)
                if follows and (start == "0" or (start == "1" and "." not in index)):
                    sentences.append([])
                number = int(start) - ("-" in index)
            if not skipped:
                [tag] = dialect.notation.tags([row[dialect.tag_column]])
                sentences[-1].append((row[dialect.token_column], tag))
    return [_in_iob2(sentence) for sentence in sentences if sentence]


def _in_iob2(sentence: Tagged) -> Tagged:
    """`conlleval`'s reading of any scheme: a new entity begins where the tag says so or nothing is there to go on."""
    converted, open_type = [], None
    for token, tag in sentence:
        prefix, _, entity_type = tag.partition("-")
        begins = prefix in ("B", "S", "U") or entity_type != open_type
        converted.append((token, tag if tag in ("O", "-") else f"{'B' if begins else 'I'}-{entity_type}"))
        open_type = None if prefix in ("", "O", "S", "U", "E", "L") else entity_type
    return converted


def total(parts: Sequence[ReadCounts]) -> ReadCounts:
    """The counts of all parts together."""
    counts = ReadCounts()
    for part in parts:
        counts.add(part)
    return counts


def joined(found: Sequence[Sequence[SourceSentence]], parts: Sequence[ReadCounts]) -> list[SourceSentence]:
    """The sentences of the ranges of a file, whose lines and documents now count from the beginning of the file."""
    line, document, together = 0, 0, []
    for sources, counts in zip(found, parts, strict=True):
        together += [replace(one, line=one.line + line, document=one.document + document) for one in sources]
        line, document = line + counts.lines, document + counts.documents.total()
    return together
