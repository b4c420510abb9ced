"""A sentence of the HTML report: a bar above predicted entities, a bar below gold ones, and their types after them."""

import unicodedata
from collections.abc import Iterable, Mapping
from html import escape
from typing import NamedTuple

import numpy as np

from ner.evaluation.analysis.example_sentence import ExampleSentence
from ner.evaluation.evaluation import Evaluation
from ner.evaluation.metrics.error_types import CORRECT, OUTCOMES, outcomes_of
from ner.evaluation.metrics.span_alignment import align_spans
from ner.text.labels import Labels
from ner.text.spans import Span, spans_of

_NAMES = {"c": "small", "p": "sup", "g": "sub"}  # class of correct, wrongly predicted, wrong gold: tag of their types
_UNANNOTATED = "u"


class _Entity(NamedTuple):
    kind: str
    span: Span


def sentence_html(sentence: ExampleSentence, evaluation: Evaluation) -> str:
    """An `article` with the sentence, where it is, and for the page's script its text and types of errors."""
    spaces = _spaces(sentence)
    text = "".join(token + space for token, space in zip(sentence.tokens, spaces, strict=True))
    errors = " ".join(_error_types(sentence, evaluation.labels))
    place = escape(sentence.location(evaluation.sources))
    before = f'<span dir="ltr">… {sentence.first_token} tokens before … </span>' if sentence.first_token else ""
    after = f'<span dir="ltr"> … {sentence.tokens_after} tokens more</span>' if sentence.tokens_after else ""
    words = "".join(_words(sentence, spaces, _entities(sentence, evaluation.labels)))
    paragraph = f'<p dir="{_direction(text)}">{before}{words}{after}</p>'
    return (
        f'<article data-errors="{errors}" data-text="{escape(text)}">{paragraph}'
        f"<small><bdi>{place}</bdi></small></article>"
    )


def _direction(text: str) -> str:
    """That of the first letter. `dir="auto"` passes over isolated text, which here is every word."""
    first = next((one for one in map(unicodedata.bidirectional, text) if one in ("L", "R", "AL")), "L")
    return "ltr" if first == "L" else "rtl"


def _spaces(sentence: ExampleSentence) -> list[str]:
    without = {*sentence.no_space_after, len(sentence.tokens) - 1}
    return ["" if index in without else " " for index in range(len(sentence.tokens))]


def _entities(sentence: ExampleSentence, labels: Labels) -> list[_Entity]:
    """Gold and predicted entities in text order, those that are both once."""
    gold, predicted = (set(spans_of([labels.names[one] for one in ids])) for ids in (sentence.gold, sentence.predicted))
    kinds = {"c": gold & predicted, "p": predicted - gold, "g": gold - predicted}
    return sorted(
        (_Entity(kind, span) for kind, spans in kinds.items() for span in spans), key=lambda one: one.span.start
    )


def _words(sentence: ExampleSentence, spaces: list[str], entities: list[_Entity]) -> Iterable[str]:
    """Words with their bars, and the types; a bar goes on over the space between two words of its entity."""
    names = _names_at_ends(entities)
    for index, (token, space) in enumerate(zip(sentence.tokens, spaces, strict=True)):
        kinds = [kind for kind in _NAMES if any(_contains(one, index) for one in entities if one.kind == kind)]
        onward = [kind for kind in kinds if any(_goes_on(one, index) for one in entities if one.kind == kind)]
        classes = kinds + [_UNANNOTATED] * (index in sentence.unannotated)
        if kinds and kinds == onward:
            yield _marked(token + space, classes)
        else:
            yield _marked(token, classes) + names.get(index, "") + (_marked(space, onward) if onward else space)


def _contains(entity: _Entity, index: int) -> bool:
    return entity.span.start <= index < entity.span.end


def _goes_on(entity: _Entity, index: int) -> bool:
    return entity.span.start <= index < entity.span.end - 1


def _marked(text: str, classes: list[str]) -> str:
    attribute = f' class="{" ".join(classes)}"' if classes else ""
    return f"<bdi{attribute}>{escape(text)}</bdi>"


def _names_at_ends(entities: list[_Entity]) -> Mapping[int, str]:
    """Last word of each group of overlapping entities -> their types, so that no bar is cut by a type."""
    groups: list[list[_Entity]] = []
    end = 0
    for entity in entities:
        if entity.span.start >= end:
            groups.append([])
        groups[-1].append(entity)
        end = max(end, entity.span.end)
    return {max(one.span.end for one in group) - 1: "".join(_names(group)) for group in groups}


def _names(group: list[_Entity]) -> Iterable[str]:
    for kind, tag in _NAMES.items():
        types = [one.span.type for one in group if one.kind == kind]
        if types:
            yield f"<{tag}>{escape(' + '.join(types))}</{tag}>"


def _error_types(sentence: ExampleSentence, labels: Labels) -> list[str]:
    alignment = align_spans(np.array([sentence.gold]), np.array([sentence.predicted]), labels)
    found = set(outcomes_of(alignment, len(labels.types)).tolist()) - {CORRECT}
    return [OUTCOMES[index] for index in sorted(found)]
