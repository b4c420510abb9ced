"""Reads sentences from JSON lines, with spans of characters or with tokens.

`{"text": "EU rejects", "entities": [{"start": 0, "end": 2, "label": "ORG"}]}`, the spans also as `label` or `spans`,
and as `[0, 2, "ORG"]` (Doccano, Prodigy, spaCy); or `{"tokens": ["EU", "rejects"], "ner_tags": ["B-ORG", "O"]}`
(Hugging Face). Text is cut into tokens by `TokenizedText`, with the spaces that it has, and into sentences at line
breaks.
"""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from data_tools.readers.base import NAMED, CutToken, ReadCounts, SourceRange, SourceSentence, byte_ranges
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.sources import line_number, naming_damage, open_source
from data_tools.readers.tag_schemes import check_tag, to_iob2
from ner.errors import InputError
from ner.text.labels import OUTSIDE
from ner.text.sentence import Sentence
from ner.text.tokenizer import TokenizedText

_SPANS, _TOKENS, _TAGS = ("entities", "label", "labels", "spans"), ("tokens", "words"), ("ner_tags", "tags", "labels")
_OBJECT = re.compile(rb'\s*\{[ \t]*"(?:[^"\\]|\\.)*"[ \t]*:')
_TYPES = ("label", "type", "entity_group")


def is_jsonl(head: bytes) -> bool:
    """Whether a file that begins so begins with a JSON object."""
    return _OBJECT.match(head) is not None


def open_reader(paths: Sequence[str], options: ReadOptions) -> "JsonlReader":
    """The reader of these files. Raises `InputError` where columns are named."""
    if options.token_column is not None or options.tag_column is not None:
        raise InputError(f"{paths[0]}: JSON lines have no columns; leave out --token_column and --tag_column")
    return JsonlReader()


class _Span(NamedTuple):
    start: int
    end: int
    type: str


class _RecordError(Exception):
    """What is wrong with a record."""


@dataclass(frozen=True)
class JsonlReader:
    """A record is one line; see `Reader`."""

    def ranges(self, path: str) -> list[SourceRange]:
        """Parts of any size: each holds the lines that begin in it."""
        return byte_ranges(path)

    def read(self, part: SourceRange, counts: ReadCounts) -> Iterator[SourceSentence]:
        """The sentences of the lines that begin in the part. Raises `InputError` on a line that is no such record."""
        with open_source(part.path) as file, naming_damage(part.path):
            position = file.tell()  # 3 behind a byte order mark
            if part.start > position:
                file.seek(part.start - 1)
                position = part.start - 1 + len(file.readline())
            for line in file:
                if part.end is not None and position >= part.end:
                    return
                try:
                    for sentence in _sentences(line, part.path, position, counts) if line.strip() else ():
                        tokens = len(sentence.tokens)
                        yield SourceSentence(position, counts.lines, 0, (0,) * tokens, sentence)
                except _RecordError as error:
                    raise InputError(f"{part.path}:{line_number(part.path, position)}: {error}") from None
                counts.lines += 1
                position += len(line)

    def describe(self) -> str:
        """The name of the format."""
        return "JSON lines (text with spans, or tokens with tags)"

    def recorded(self) -> dict[str, Any]:
        """The name of the format."""
        return {"format": "jsonl"}


def _sentences(line: bytes, path: str, offset: int, counts: ReadCounts) -> Iterator[Sentence]:
    try:
        record = json.loads(line)
        json.dumps(record, ensure_ascii=False).encode()  # fails on half of a surrogate pair
    except (UnicodeError, json.JSONDecodeError, RecursionError) as error:
        raise _RecordError(f"not a JSON object in UTF-8 ({error}); correct the line") from None
    if not isinstance(record, dict):
        raise _RecordError("a JSON object is wanted; correct the line")
    tokens, text = _first(record, _TOKENS), record.get("text")
    if tokens is not None and (tags := _first(record, _TAGS)) is not None:
        yield from _tagged_tokens(tokens, tags, counts)
    elif isinstance(text, str) and any(key in record for key in _SPANS):
        spans = _spans(_first(record, _SPANS), text, counts)
        yield from _annotated_text(text, spans, path, offset, counts)
    else:
        wanted = "text with entities, label or spans, or tokens with ner_tags"
        raise _RecordError(f"{wanted} are wanted, but the keys are {', '.join(map(repr, record))}; rename them")


def _first(record: dict[str, Any], keys: Sequence[str]) -> Any:
    return next((record[key] for key in keys if record.get(key) is not None), None)


def _tagged_tokens(tokens: Any, tags: Any, counts: ReadCounts) -> Iterator[Sentence]:
    for name, values in (("tokens", tokens), ("tags", tags)):
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            remedy = "; write the names of the tags, not their ids" if name == "tags" else ""
            raise _RecordError(f"{name} must be a list of strings{remedy}")
    if len(tokens) != len(tags):
        raise _RecordError(f"{len(tokens)} tokens, but {len(tags)} tags; correct the line")
    if "" in tokens:
        raise _RecordError("a token is empty; correct the line")
    _check_tags(tags)
    if tokens:
        counts.evidence.add_sentence(tags)
        yield Sentence(tuple(tokens), to_iob2(tags), (True,) * len(tokens))


def _check_tags(tags: Sequence[str]) -> None:
    for tag in tags:
        if (wrong := check_tag(tag)) is not None:
            raise _RecordError(f"{wrong}; correct it")


def _spans(values: Any, text: str, counts: ReadCounts) -> list[_Span]:
    """The spans in order, without those that overlap an earlier or a longer one of the same start."""
    if not isinstance(values, list):
        raise _RecordError(f"spans must be a list (of none where a text has no entity), not {values!r}")
    found: list[_Span] = []
    for value in values:
        is_object = isinstance(value, dict)
        match [value.get("start"), value.get("end"), _first(value, _TYPES)] if is_object else value:
            case [int(start), int(end), str(entity_type)] if 0 <= start < end <= len(text):
                found.append(_Span(start, end, entity_type))
            case _:
                raise _RecordError(f"span {value!r}: start, end and label within {len(text)} characters are wanted")
    found.sort(key=lambda span: (span.start, -span.end))
    kept: list[_Span] = []
    for span in found:
        if kept and span.start < kept[-1].end:
            counts.overlapping_spans += 1
        else:
            kept.append(span)
    return kept


def _annotated_text(
    text: str, spans: Sequence[_Span], path: str, offset: int, counts: ReadCounts
) -> Iterator[Sentence]:
    """The sentences of a text: one for each of its lines, unless a span goes over the line break."""
    tokenized = TokenizedText.from_text(text)
    tokens, tags = tokenized.tokens, [OUTSIDE] * len(tokenized.starts)
    for span in spans:
        rows = range(bisect_right(tokenized.ends, span.start), bisect_left(tokenized.starts, span.end))
        if not rows:
            raise _RecordError(f"span {span.start} to {span.end} holds no token; correct it")
        for row in rows:
            if tags[row] == OUTSIDE:  # else it is cut by two spans, and belongs to the first
                tags[row] = f"{'B' if row == rows[0] else 'I'}-{span.type}"
        for row in {rows[0], rows[-1]}:
            if tokenized.starts[row] < span.start or tokenized.ends[row] > span.end:
                counts.cut_tokens += 1
                if len(counts.cut_examples) < NAMED:
                    counts.cut_examples += (CutToken(path, offset, text[span.start : span.end], tokens[row]),)
    _check_tags(tags)
    tags = list(to_iob2(tags))
    first = 0
    for row, end in enumerate(tokenized.ends):
        last = row + 1 == len(tokens)
        gap = "\n" if last else text[end : tokenized.starts[row + 1]]
        if last or ("\n" in gap and not tags[row + 1].startswith("I-")):
            part = slice(first, row + 1)
            spaces = [b > a for a, b in zip(tokenized.ends[part], tokenized.starts[first + 1 : row + 1], strict=False)]
            counts.evidence.add_sentence(tags[part])
            yield Sentence(tokens[part], tuple(tags[part]), (*spaces, True))
            first = row + 1
