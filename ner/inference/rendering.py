"""Renders tagged texts as JSON lines, columns, or text with marked entities."""

import json
import re
from collections.abc import Callable

from ner.inference.doc import Doc
from ner.text.labels import Labels

OUTPUTS = ("json", "columns", "colour")
_FOREGROUNDS = (34, 32, 35, 36, 33, 31)  # of ECMA-48: blue, green, magenta, cyan, yellow, red
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")  # a terminal would execute these; a tab is harmless

Renderer = Callable[[Doc], str]


def renderer(output: str, labels: Labels, colours: bool) -> Renderer:
    """A function from a tagged text to its lines; `output` is one of `OUTPUTS`.

    `colours`: whether `colour` may use escape codes; without, entities are marked by brackets and type.
    """
    if output == "json":
        return as_json
    if output == "columns":
        return as_columns
    palette = {name: _FOREGROUNDS[index % len(_FOREGROUNDS)] for index, name in enumerate(labels.types)}
    return lambda doc: as_marked(doc, palette if colours else {})


def as_json(doc: Doc) -> str:
    """The document of `Doc.to_json` in one line."""
    return json.dumps(doc.to_json(), ensure_ascii=False) + "\n"


def as_columns(doc: Doc) -> str:
    """A line `token<TAB>tag` for each token, and a blank line."""
    rows = zip(doc.tokens, doc.tags, strict=True)
    return "".join(f"{token}\t{tag}\n" for token, tag in rows) + "\n"


def as_marked(doc: Doc, palette: dict[str, int]) -> str:
    """The text with `[entity]TYPE`, or with entities in the colours of their types in `palette`."""
    pieces, position = [], 0
    text = doc.text
    for entity in doc.ents:
        pieces += [_printable(text[position : entity.start]), _marked(entity.text, entity.label, palette)]
        position = entity.end
    return "".join([*pieces, _printable(text[position:])]) + "\n"


def _marked(text: str, entity_type: str, palette: dict[str, int]) -> str:
    if entity_type not in palette:
        return f"[{_printable(text)}]{entity_type}"
    colour = palette[entity_type]
    return f"\x1b[1;{colour}m{_printable(text)}\x1b[0;2;{colour}m {entity_type}\x1b[0m"


def _printable(text: str) -> str:
    """The text with control characters replaced, so that a terminal does not execute them."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
