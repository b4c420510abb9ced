"""JSON objects that annotate a text or tokens, to sentences: the many forms that tools write.

| written by | form |
|---|---|
| Doccano, spaCy | `{"text": ..., "label": [[0, 2, "ORG"]]}`; spans also as `entities`, `ents`, `labels` or `spans` |
| Prodigy, Doccano | spans as objects: `start`, `end` (or `start_offset`, ...), and `label`, `type` or `tag` |
| spaCy's training data | `["text", {"entities": [[0, 2, "ORG"]]}]` |
| Label Studio | `{"data": {"text": ...}, "annotations": [{"result": [{"value": {"start": 0, "end": 2, ...}}]}]}` |
| CLUENER | `{"text": ..., "label": {"ORG": {"EU": [[0, 1]]}}}`: the second number is that of the last character |
| Hugging Face | `{"tokens": [...], "ner_tags": [...]}`: tags by name, or by number where names are known |
| SpERT, GLiNER | tokens, and spans of tokens (`token_spans`) |
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import Any

from data_tools.readers.annotated_text import AnnotatedText, RecordError, Span, without_overlaps
from data_tools.readers.base import ReadCounts, check_tokens
from data_tools.readers.columns.conllu import space_after_by_text
from data_tools.readers.columns.dialect import ALLOW_EMPTY, ERROR, SPACE, filled, spaces_by_empty
from data_tools.readers.columns.tag_notation import TagNotation, find_notation
from data_tools.readers.json.json_spans import SPANS, TEXTS, are_spans, differ, entities, first_of
from data_tools.readers.json.label_studio import is_annotated_task, is_task, text_with_spans
from data_tools.readers.json.token_spans import GLINER_TOKENS, key_of_spans, tags_of_spans
from data_tools.readers.tag_schemes import check_tag, to_iob2, type_name
from ner.text.labels import NOT_ANNOTATED, OUTSIDE
from ner.text.sentence import Sentence
from ner.text.spans import spans_of
from ner.text.tokenizer import TokenizedText

_TOKENS, TAGS = ("tokens", "words", GLINER_TOKENS), ("ner_tags", "tags", "labels", "ner")
_ACCEPTED, *_REFUSED = ("accept", "reject", "ignore")  # answers in Prodigy, which writes no spans where there are none
# What to do about records of other forms, which have these keys.
_CONVERT = {
    "paragraphs": "if this is training data of spaCy 2, convert it with `python -m spacy convert FILE.json .`",
    "sentences": "write a record of tokenized_text and ner for each sentence, which counts its own tokens",
    "passages": "write a record of text with entities for each passage, whose offset its entities count from",
    "documents": "write a record of text with entities for each document or passage",
    "annotations": "if these are the spans, rename them to spans",
}
_IGNORED = -100  # in place of the number of a tag: PyTorch's `ignore_index`


@dataclass(frozen=True)
class RecordForm:
    """How the tags of tokens are written; `label_names` are those of tags given as numbers.

    `empty_token` is what becomes of tokens that are white space or nothing: one of `EMPTY_TOKEN_RULES`. `layer` says
    which of several tags in one is taken. Texts are cut into tokens at `lone_marks` (`TokenizedText.from_text`).
    """

    label_names: tuple[str, ...] = ()
    empty_token: str = ERROR
    layer: int | None = None
    lone_marks: str = ""

    def read(self, record: Any, path: str, offset: int, counts: ReadCounts) -> AnnotatedText | Sentence | None:
        """What a record holds; None where nobody annotated it, its annotator refused it, or it has no tokens.

        Raises `RecordError` on one in none of these forms, or with a fault.
        """
        if isinstance(record, list) and len(record) == 2 and isinstance(record[0], str) and isinstance(record[1], dict):
            record = {"text": record[0], **record[1]}
        if not isinstance(record, dict):
            raise RecordError("expected a JSON object; correct the record")
        if record.get("answer") in _REFUSED:
            counts.refused_records += 1
            return None
        if is_task(record) and (record := text_with_spans(record, counts)) is None:
            return None
        text, tokens = first_of(record, TEXTS), first_of(record, _TOKENS)
        text = text if isinstance(text, str) else None
        if text is None and isinstance(tokens, list) and (key := key_of_spans(record)) is not None:
            return self._of_tokens(tokens, self._tags_of_spans(record, key, tokens, counts), None, counts)
        if text is None or not _has_spans(record, tokens):
            tags = _tags(record, tokens)
            if tokens is not None and tags is not None:
                return self._of_tokens(tokens, tags, text, counts)
        looked_at = record.get("answer") == _ACCEPTED or is_annotated_task(record)
        if text is not None and (looked_at or any(key in record for key in SPANS)):
            spans = entities(record, text)
            _check_unit(tokens, spans, text)
            self._check_same(record, tokens, spans, text)
            return AnnotatedText(text, spans, path, offset)
        expected = "text with entities, label or spans, or tokens with ner_tags or entities"
        remedy = next(
            (remedy for key, remedy in _CONVERT.items() if key in record), "rename them, or convert the record"
        )
        raise RecordError(f"expected {expected}, but the keys are {', '.join(map(repr, record))}; {remedy}")

    def _of_tokens(self, tokens: Any, tags: Any, text: str | None, counts: ReadCounts) -> Sentence | None:
        """The sentence of these tokens, with the spaces of its text if there is one; None where it has no token."""
        tokens, tags = self._tagged(tokens, tags)
        spaces = spaces_by_empty(tokens) if self.empty_token == SPACE else (True,) * len(tokens)
        if "" in tokens:
            counts.empty_tokens += tokens.count("")
            spaces = tuple(compress(spaces, filled(tokens, self.empty_token)))
            tokens, tags = self._without_empty(tokens, tags)
        if not tokens:
            return None
        counts.evidence.add_sentence(tags)
        in_text = None if text is None else space_after_by_text((), tokens, text)
        counts.texts += text is not None
        counts.text_mismatches += text is not None and in_text is None
        return Sentence(tuple(tokens), to_iob2(tags), in_text or spaces)

    def _tags_of_spans(self, record: Mapping[str, Any], key: str, tokens: list[Any], counts: ReadCounts) -> Any:
        """Tags of the tokens by spans of them; where there are none, those that the record has.

        Raises `RecordError` where it has both, and they differ. Tags that cannot be those of entities tell nothing.
        """
        found = tags_of_spans(record[key], key, len(tokens), counts)
        for other in (name for name in TAGS if _are_tags(record.get(name), tokens)):
            if not record[key]:
                return record[other]
            try:
                _, tags = self._tagged(tokens, record[other])
            except RecordError:
                continue
            if to_iob2(tags) != tuple(found):
                raise differ(key, other)
        return found

    def _tagged(self, tokens: Any, tags: Any) -> tuple[list[str], list[str]]:
        """Tokens without white space around them, and their tags. Raises `RecordError` on what cannot be these."""
        if isinstance(tokens, list) and all(isinstance(token, dict) for token in tokens):
            tokens = [token.get("text") for token in tokens]
        if isinstance(tags, list) and tags and all(type(tag) is int for tag in tags):
            tags = [self._name(tag) for tag in tags]
        for name, values in (("tokens", tokens), ("tags", tags)):
            if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
                raise RecordError(f"{name} must be a list of strings; correct the record")
        if len(tokens) != len(tags):
            raise RecordError(f"{len(tokens)} tokens, but {len(tags)} tags; correct the record")
        tags = TagNotation(layer=self.layer).tags(tags)
        for tag in tags:
            if tag != NOT_ANNOTATED and (wrong := check_tag(tag)) is not None:
                raise RecordError(f"{wrong}; correct it")
        tokens = [token.strip() for token in tokens]
        if (wrong := check_tokens(tokens)) is not None:
            raise RecordError(f"{wrong}; correct the record")
        return tokens, tags

    def _check_same(self, record: Mapping[str, Any], tokens: Any, spans: Sequence[Span], text: str) -> None:
        """Raises `RecordError` where tags of the tokens tell of other entities than the spans, if there are any.

        Tags that cannot be those of entities, as parts of speech, tell nothing.
        """
        marked = [
            (type_name(span.type), _joined(text[span.start : span.end]))
            for span in without_overlaps(spans, ReadCounts())
        ]
        for key in TAGS if spans else ():
            if not _are_tags(record.get(key), tokens):
                continue
            try:
                words, tags = self._tagged(tokens, record[key])
            except RecordError:
                continue
            found = [(one.type, _joined("".join(words[one.start : one.end]))) for one in spans_of(to_iob2(tags))]
            if found != marked:
                raise differ(next(key for key in SPANS if record.get(key) and are_spans(record[key])), key)

    def _without_empty(self, tokens: Sequence[str], tags: Sequence[str]) -> tuple[list[str], list[str]]:
        """Tokens and tags without those of empty tokens, or with a character in these; `RecordError` for neither."""
        if self.empty_token == ERROR:
            raise RecordError(f"a token is empty; correct the record, or {ALLOW_EMPTY}")
        tokens = filled(tokens, self.empty_token)
        return [token for token in tokens if token], list(compress(tags, tokens))

    def _name(self, tag: int) -> str:
        if tag == _IGNORED:
            return NOT_ANNOTATED
        if not 0 <= tag < len(self.label_names):
            names = f"--label_names has {len(self.label_names)}" if self.label_names else "their names are not known"
            raise RecordError(f"tags are numbers, here {tag}, but {names}; give --label_names=O,B-PER,... from 0 on")
        return self._names[tag]

    @cached_property
    def _names(self) -> list[str]:
        """`label_names` as `PREFIX-TYPE`, of whatever notation they are; without one for O they are not of entities."""
        cells = dict.fromkeys(self.label_names, 1)
        for outside in (OUTSIDE, OUTSIDE.lower()):
            if outside in cells:
                cells[outside] = len(cells)  # most tokens have it
                return (find_notation(cells, None, None) or TagNotation()).tags(self.label_names)
        return list(self.label_names)


def _check_unit(tokens: Any, spans: Sequence[Span], text: str) -> None:
    """Raises `RecordError` where spans of a text that is given as tokens too fit the numbers of the tokens alone."""
    given = isinstance(tokens, list) and all(isinstance(token, str) and token for token in tokens)
    if not given or not spans or max(span.end for span in spans) > len(tokens):
        return
    words = TokenizedText.from_tokens(tokens, space_after_by_text((), tokens, text))
    if words.text == text and any(one.start not in words.starts or one.end not in words.ends for one in spans):
        raise RecordError("start and end of the spans seem to count tokens, not characters of text: leave out text")


def _tags(record: Mapping[str, Any], tokens: Any) -> Any:
    """The value that holds the tags of tokens, of those that are lists; a single value belongs to the document.

    Raises `RecordError` where a later one could hold them too and differs, also from none (null, or an empty list):
    other records may have tags in the first one, and numbers are named for it alone.
    """
    keys = [key for key in TAGS if key in record and isinstance(record[key], list | None)]
    for other in keys[1:]:
        value = record[other]
        if value and isinstance(tokens, list) and len(value) == len(tokens) and value != record[keys[0]]:
            raise differ(keys[0], other)
    return record[keys[0]] if keys else first_of(record, TAGS)


def _has_spans(record: Mapping[str, Any], tokens: Any) -> bool:
    """Whether a record holds spans of characters, beside tokens that a tool has added.

    Empty ones give way to tags, because tools write empty keys beside their own.
    """
    if any(record.get(key) and are_spans(record[key]) for key in SPANS):
        return True
    has_none = any(are_spans(record.get(key)) for key in ("spans", "entities", "ents"))
    return has_none and not any(_are_tags(record.get(key), tokens) for key in TAGS)


def _are_tags(value: Any, tokens: Any) -> bool:
    """Whether a value holds a name or a number for each token."""
    are_lists = isinstance(value, list) and isinstance(tokens, list)
    return are_lists and 0 < len(value) == len(tokens) and all(isinstance(tag, (str, int)) for tag in value)


def _joined(text: str) -> str:
    return "".join(text.split())
