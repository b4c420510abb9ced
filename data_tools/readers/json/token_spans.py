"""Entities as spans of tokens, as tools of research write them, to a tag for each token.

| written by | form |
|---|---|
| SpERT | `{"tokens": [...], "entities": [{"start": 0, "end": 2, "type": "Org"}]}`: `end` is the token after the last |
| GLiNER | `{"tokenized_text": [...], "ner": [[0, 1, "org"]]}`: the second number is that of the last token |

(https://github.com/lavis-nlp/spert and https://github.com/urchade/GLiNER.)
"""

from collections.abc import Mapping, Sequence
from typing import Any

from data_tools.readers.annotated_text import RecordError, Span, without_overlaps
from data_tools.readers.base import ReadCounts
from data_tools.readers.json.json_spans import TYPES, first_of
from data_tools.readers.tag_schemes import type_name
from ner.text.labels import OUTSIDE

GLINER_TOKENS = "tokenized_text"


def key_of_spans(record: Mapping[str, Any]) -> str | None:
    """The key that holds spans of tokens, or an empty list where no tags can stand; None where there is none."""
    entities, ner = record.get("entities"), record.get("ner")
    if isinstance(ner, list) and (all(isinstance(one, list) for one in ner) if ner else GLINER_TOKENS in record):
        return "ner"
    return "entities" if isinstance(entities, list) and all(isinstance(one, dict) for one in entities) else None


def tags_of_spans(values: Sequence[Any], key: str, num_tokens: int, counts: ReadCounts) -> list[str]:
    """The tag of each token, in IOB2, of the spans that a record has under `key`.

    Raises `RecordError` on a span that is empty, not within the tokens, or has no type.
    """
    tags = [OUTSIDE] * num_tokens
    for start, end, kind in without_overlaps([_span(key, value, num_tokens) for value in values], counts):
        name = type_name(kind)
        tags[start:end] = [f"B-{name}", *[f"I-{name}"] * (end - start - 1)]
    return tags


def _span(key: str, value: Any, num_tokens: int) -> Span:
    if isinstance(value, dict):
        start, end, kind = value.get("start"), value.get("end"), first_of(value, TYPES)
        shape, ends = "start, end and type", "the token after its last"
    else:
        start, end, kind = value if len(value) == 3 else (None, None, None)
        shape, ends = "its first token, its last token and its type", "its last token"
    if type(start) is not int or type(end) is not int or not isinstance(kind, str) or not kind.strip():
        raise RecordError(f"{key}: {value!r}: expected {shape}; correct it")
    stop = end if isinstance(value, dict) else end + 1
    if not 0 <= start < stop <= num_tokens:
        raise RecordError(
            f"{key}: {value!r}: expected its first token and {ends}, counted from 0, of {num_tokens}; correct it"
        )
    return Span(start, stop, kind)
