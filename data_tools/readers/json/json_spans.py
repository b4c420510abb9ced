"""The entities of a text in JSON: spans of characters, as lists or objects, under one of several keys."""

from collections.abc import Mapping, Sequence
from typing import Any

from data_tools.readers.annotated_text import CORRECT_PLACES, RecordError, Span, check_spans

TEXTS, SPANS = ("text", "sentence", "content"), ("entities", "ents", "label", "labels", "spans")
TYPES = ("label", "type", "tag", "entity_group", "labels")
_STARTS, _ENDS = ("start", "start_offset", "begin"), ("end", "end_offset")


def first_of(record: Mapping[str, Any], keys: Sequence[str]) -> Any:
    """The value of the first of these keys that has one; None where none has."""
    for key in keys:
        if (value := record.get(key)) is not None:
            return value
    return None


def entities(record: Mapping[str, Any], text: str) -> list[Span]:
    """The entities of a text. Raises `RecordError` where two keys hold some and differ."""
    found = {key: _spans(record[key], text) for key in SPANS if are_spans(record.get(key))}
    if not found:
        return _spans(first_of(record, SPANS), text)
    first, *others = [key for key, spans in found.items() if spans] or found
    for other in others:
        if found[first] and set(found[other]) != set(found[first]):
            raise differ(first, other)
    return found[first]


def differ(first: str, other: str) -> RecordError:
    """The error of a record in which two keys may hold the entities, and differ."""
    either = "and either may hold the entities; remove the key that is not to be read"
    return RecordError(f"{first!r} and {other!r} differ, {either}")


def are_spans(value: Any) -> bool:
    """Whether a value is a list of spans, or of nothing."""
    return isinstance(value, list) and all(isinstance(span, (dict, list)) for span in value)


def _spans(values: Any, text: str) -> list[Span]:
    """The entities of a text, checked; null stands for none."""
    if isinstance(values, dict):
        values = _listed(values)
    if not isinstance(values, list | None):
        expected = "spans must be a list (of none where a text has no entity)"
        raise RecordError(f"{expected}, not {values!r}; correct the record")
    found: list[Span] = []
    for value in values or ():
        if isinstance(value, dict):
            entity_type = first_of(value, TYPES)
            parts = [first_of(value, _STARTS), first_of(value, _ENDS), entity_type]
            if isinstance(entity_type, list) and len(entity_type) == 1:
                [parts[2]] = entity_type
        else:
            parts = value
        match parts:
            case [int(start), int(end), str(entity_type), *_]:
                found.append(Span(start, end, entity_type))
                check_spans(found[-1:], text)
                if isinstance(value, dict):
                    _check_covered(value.get("text"), start, end, text)
            case _:
                raise RecordError(f"span {value!r}: expected start, end and label; correct it")
    return found


def _listed(types: Mapping[str, Any]) -> list[dict[str, Any]]:
    """As objects, the spans of `{TYPE: {STRING: [[FIRST, LAST], ...]}}`; numbers are those of characters."""
    try:
        return [
            {"start": first, "end": last + 1, "type": kind, "text": string}
            for kind, strings in types.items()
            for string, places in strings.items()
            for first, last in places
        ]
    except (AttributeError, TypeError, ValueError):
        expected = "expected a list of spans, or {TYPE: {STRING: [[FIRST, LAST]]}}"
        raise RecordError(f"{expected}, not {types!r}; correct the record") from None


def _check_covered(said: Any, start: int, end: int, text: str) -> None:
    """Raises `RecordError` unless what a tool says that a span covers, if it does, is there, white space aside."""
    covered = text[start:end]
    if isinstance(said, str) and said and _words(said) != _words(covered):
        raise RecordError(f"span {start} to {end} says {said!r}, but the text there is {covered!r}; {CORRECT_PLACES}")


def _words(text: str) -> list[str]:
    """The text without its white space; Label Studio writes a line break as a backslash and n."""
    return text.replace("\\n", "\n").split()
