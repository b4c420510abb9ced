"""JSON objects that annotate a text or tokens, to sentences: the many forms that tools write.

| written by | form |
|---|---|
| Doccano, spaCy | `{"text": ..., "label": [[0, 2, "ORG"]]}`; spans also as `entities`, `labels` or `spans` |
| Prodigy, Doccano | spans as objects: `start`, `end` (or `start_offset`, ...), and `label`, `type` or `tag` |
| spaCy's training data | `["text", {"entities": [[0, 2, "ORG"]]}]` |
| Label Studio | `{"data": {"text": ...}, "annotations": [{"result": [{"value": {"start": 0, "end": 2, ...}}]}]}` |
| Hugging Face | `{"tokens": [...], "ner_tags": [...]}`: tags by name, or by number where names are known |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Any

from data_tools.readers.annotated_text import AnnotatedText, RecordError, Span, check_spans
from data_tools.readers.base import ReadCounts
from data_tools.readers.dialect import ERROR, KEEP, REPLACEMENT
from data_tools.readers.tag_notation import TagNotation
from data_tools.readers.tag_schemes import check_tag, to_iob2
from ner.text.labels import NOT_ANNOTATED
from ner.text.sentence import Sentence

_TEXTS, _SPANS = ("text", "sentence", "content"), ("entities", "label", "labels", "spans")
_TOKENS, TAGS = ("tokens", "words"), ("ner_tags", "tags", "labels", "ner")
_STARTS, _ENDS = ("start", "start_offset", "begin"), ("end", "end_offset")
_TYPES = ("label", "type", "tag", "entity_group", "labels")
_ACCEPTED, *_REFUSED = ("accept", "reject", "ignore")  # answers in Prodigy, which writes no spans where there are none
_IGNORED = -100  # in place of the number of a tag: PyTorch's `ignore_index`


@dataclass(frozen=True)
class RecordForm:
    """How the tags of tokens are written; `label_names` are those of tags given as numbers.

    `empty_token` is what becomes of tokens that are white space or nothing: one of `EMPTY_TOKEN_RULES`.
    """

    label_names: tuple[str, ...] = ()
    empty_token: str = ERROR

    def read(self, record: Any, path: str, offset: int, counts: ReadCounts) -> AnnotatedText | Sentence | None:
        """What a record holds; None where it was refused by its annotator, or has no tokens.

        Raises `RecordError` on one in none of these forms, or with a fault.
        """
        if isinstance(record, list) and len(record) == 2 and isinstance(record[0], str) and isinstance(record[1], dict):
            record = {"text": record[0], **record[1]}
        if not isinstance(record, dict):
            raise RecordError("expected a JSON object; correct the record")
        if record.get("answer") in _REFUSED:
            counts.refused_records += 1
            return None
        if isinstance(record.get("data"), dict):
            record = _of_label_studio(record, counts)
        text = _first(record, _TEXTS)
        if not isinstance(text, str) or not _has_spans(record):
            tokens = _first(record, _TOKENS)
            tags = _tags(record, tokens)
            if tokens is not None and tags is not None:
                return self._of_tokens(tokens, tags, counts)
        if isinstance(text, str) and (record.get("answer") == _ACCEPTED or any(key in record for key in _SPANS)):
            return AnnotatedText(text, _entities(record, text), path, offset)
        expected = "text with entities, label or spans, or tokens with ner_tags"
        raise RecordError(f"expected {expected}, but the keys are {', '.join(map(repr, record))}; rename them")

    def _of_tokens(self, tokens: Any, tags: Any, counts: ReadCounts) -> Sentence | None:
        if isinstance(tokens, list) and all(isinstance(token, dict) for token in tokens):
            tokens = [token.get("text") for token in tokens]
        if isinstance(tags, list) and tags and all(type(tag) is int for tag in tags):
            tags = [self._name(tag) for tag in tags]
        for name, values in (("tokens", tokens), ("tags", tags)):
            if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
                raise RecordError(f"{name} must be a list of strings")
        if len(tokens) != len(tags):
            raise RecordError(f"{len(tokens)} tokens, but {len(tags)} tags; correct the record")
        tags = TagNotation().tags(tags)
        for tag in tags:
            if tag != NOT_ANNOTATED and (wrong := check_tag(tag)) is not None:
                raise RecordError(f"{wrong}; correct it")
        tokens = [token.strip() for token in tokens]
        if "" in tokens:
            counts.empty_tokens += tokens.count("")
            tokens, tags = self._without_empty(tokens, tags)
        if not tokens:
            return None
        counts.evidence.add_sentence(tags)
        return Sentence(tuple(tokens), to_iob2(tags), (True,) * len(tokens))

    def _without_empty(self, tokens: Sequence[str], tags: Sequence[str]) -> tuple[list[str], list[str]]:
        """Tokens and tags without those of empty tokens, or with a character in these; `RecordError` for neither."""
        if self.empty_token == ERROR:
            remedy = "correct the record, or give --empty_token=drop or --empty_token=keep"
            raise RecordError(f"a token is empty; {remedy}")
        if self.empty_token == KEEP:
            return [token or REPLACEMENT for token in tokens], list(tags)
        return [token for token in tokens if token], list(compress(tags, tokens))

    def _name(self, tag: int) -> str:
        if tag == _IGNORED:
            return NOT_ANNOTATED
        if not 0 <= tag < len(self.label_names):
            names = f"--label_names has {len(self.label_names)}" if self.label_names else "their names are not known"
            raise RecordError(f"tags are numbers, here {tag}, but {names}; give --label_names=O,B-PER,... from 0 on")
        return self.label_names[tag]


def _first(record: Mapping[str, Any], keys: Sequence[str]) -> Any:
    for key in keys:
        if (value := record.get(key)) is not None:
            return value
    return None


def _tags(record: Mapping[str, Any], tokens: Any) -> Any:
    """The value that holds the tags of tokens, of those that are lists; a single value belongs to the document.

    Raises `RecordError` where a later one could hold them too and differs, also from none (null, or an empty list):
    other records may have tags in the first one, and numbers are named for it alone.
    """
    keys = [key for key in TAGS if key in record and isinstance(record[key], list | None)]
    for other in keys[1:]:
        value = record[other]
        if value and isinstance(tokens, list) and len(value) == len(tokens) and value != record[keys[0]]:
            raise _differ(keys[0], other)
    return record[keys[0]] if keys else _first(record, TAGS)


def _entities(record: Mapping[str, Any], text: str) -> list[Span]:
    """The entities of a text. Raises `RecordError` where two keys hold some and differ."""
    found = {key: _spans(record[key], text) for key in _SPANS if _are_spans(record.get(key))}
    if not found:
        return _spans(_first(record, _SPANS), text)
    first, *others = [key for key, spans in found.items() if spans] or found
    for other in others:
        if found[first] and set(found[other]) != set(found[first]):
            raise _differ(first, other)
    return found[first]


def _differ(first: str, other: str) -> RecordError:
    either = "and either may hold the entities; remove the key that is not to be read"
    return RecordError(f"{first!r} and {other!r} differ, {either}")


def _has_spans(record: Mapping[str, Any]) -> bool:
    """Whether a record holds spans of characters, beside tokens that a tool has added."""
    return _are_spans(_first(record, ("spans", "entities")))


def _are_spans(value: Any) -> bool:
    """Whether a value is a list of spans, or of nothing."""
    return isinstance(value, list) and all(isinstance(span, (dict, list)) for span in value)


def _of_label_studio(record: Mapping[str, Any], counts: ReadCounts) -> dict[str, Any]:
    """A task of Label Studio as text with spans: those of its ground truth, else of the first annotation.

    Raises `RecordError` on a task without annotations that were not cancelled, and on spans of several controls.
    """
    text = _first(record["data"], _TEXTS)
    given = record.get("annotations", record.get("completions"))
    annotations = [one for one in given or () if isinstance(one, dict) and not one.get("was_cancelled")]
    if not annotations:
        raise RecordError("a task without annotations; leave it out of the export")
    counts.other_annotations += len(annotations) - 1
    annotation = next((one for one in annotations if one.get("ground_truth") is True), annotations[0])
    results = [one for one in annotation.get("result") or () if isinstance(one, dict)]
    spans = [one for one in results if isinstance(one.get("value"), dict) and "start" in one["value"]]
    controls = dict.fromkeys(str(one["from_name"]) for one in spans if "from_name" in one)
    if len(controls) > 1:
        named = ", ".join(map(repr, controls))
        raise RecordError(f"spans of the controls {named}: which are entities? In the export, keep the results of one")
    return {"text": text, "spans": [one["value"] for one in spans]}


def _spans(values: Any, text: str) -> list[Span]:
    """The entities of a text, checked; null stands for none."""
    if not isinstance(values, list | None):
        raise RecordError(f"spans must be a list (of none where a text has no entity), not {values!r}")
    found: list[Span] = []
    for value in values or ():
        if isinstance(value, dict):
            entity_type = _first(value, _TYPES)
            parts = [_first(value, _STARTS), _first(value, _ENDS), entity_type]
            if isinstance(entity_type, list) and len(entity_type) == 1:
                [parts[2]] = entity_type
        else:
            parts = value
        match parts:
            case [int(start), int(end), str(entity_type), *_] if 0 <= start < end <= len(text):
                found.append(Span(start, end, entity_type))
                if isinstance(value, dict):
                    _check_covered(value.get("text"), start, end, text)
            case _:
                raise RecordError(f"span {value!r}: expected start, end and label within {len(text)} characters")
    check_spans(found, text)
    return found


def _check_covered(said: Any, start: int, end: int, text: str) -> None:
    """Raises `RecordError` unless what a tool says that a span covers, if it does, is there, white space aside."""
    covered = text[start:end]
    if isinstance(said, str) and said and _words(said) != _words(covered):
        remedy = "correct its places, which count characters from 0 (not bytes or UTF-16)"
        raise RecordError(f"span {start} to {end} says {said!r}, but the text there is {covered!r}; {remedy}")


def _words(text: str) -> list[str]:
    """The text without its white space; Label Studio writes a line break as a backslash and n."""
    return text.replace("\\n", "\n").split()
