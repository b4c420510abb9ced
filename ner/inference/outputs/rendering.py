"""Renders tagged texts as JSON lines, columns, text with marked entities, or an HTML page."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ner.file_names import utf8_name
from ner.inference.doc import Doc
from ner.inference.inputs.input_text import InputText
from ner.inference.outputs.explained_text import as_explained
from ner.inference.outputs.html import HtmlPage
from ner.inference.outputs.printable import printable
from ner.text.offsets import UNITS

JSON, COLUMNS, COLOUR, HTML, BRAT = OUTPUTS = ("json", "columns", "colour", "html", "brat")
_FOREGROUNDS = (34, 32, 35, 36, 33, 31)  # of ECMA-48: blue, green, magenta, cyan, yellow, red
_to_json = json.JSONEncoder(ensure_ascii=False).encode
# They are allowed in JSON, but many programs take them for ends of lines.
_LINE_ENDS = {character: f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}


@dataclass(frozen=True)
class Renderer:
    """How tagged texts are written: what stands before all, `text` for each, and what stands after all."""

    text: Callable[[InputText, Doc], str]
    head: str = ""
    tail: str = ""


@dataclass(frozen=True, kw_only=True)
class RenderOptions:
    """How texts are rendered: one of `OUTPUTS`, and what is shown.

    `colours`: whether `colour` may use escape codes; without, entities are marked by brackets and type. `offsets`: the
    unit of positions in JSON, one of `ner.text.offsets.UNITS`. `confidence`: whether confidences are shown in colour,
    columns and HTML; JSON always has them.
    """

    output: str = JSON
    colours: bool = False
    offsets: str = UNITS[0]
    confidence: bool = False


def renderer(types: Sequence[str], options: RenderOptions) -> Renderer:
    """The renderer that the options ask for, of entities of these types."""
    if options.output == JSON:
        return Renderer(lambda source, doc: as_json(source, doc, options.offsets))
    if options.output == COLUMNS:
        return Renderer(lambda source, doc: as_columns(source, doc, options.confidence))
    if options.output == HTML:
        page = HtmlPage(types, options.confidence)
        return Renderer(lambda source, doc: page.text(doc) if _is_text(source) else "", page.head, page.tail)
    palette = {name: _FOREGROUNDS[index % len(_FOREGROUNDS)] for index, name in enumerate(types)}
    used = palette if options.colours else {}
    return Renderer(lambda source, doc: as_marked(doc, used, options.confidence) if _is_text(source) else "")


def _is_text(source: InputText) -> bool:
    """Whether this is not only lines between the sentences of a column file."""
    return source.rows is None or bool(source.text.starts)


def as_json(source: InputText, doc: Doc, offsets: str) -> str:
    """One line: file (`-` is standard input), line, what `Doc.to_json` has, and the other `fields` of a JSON input.

    Bytes of a file's name that are not UTF-8 become U+FFFD, because JSON is.
    """
    if not _is_text(source):
        return ""
    found = {"file": utf8_name(source.path), "line": source.line, **doc.to_json(offsets)}
    line = _to_json(found | ({"fields": source.fields} if source.fields else {})) + "\n"
    for character, escape in _LINE_ENDS.items():
        line = line.replace(character, escape)
    return line


def as_columns(source: InputText, doc: Doc, confidence: bool) -> str:
    """A line `token<TAB>tag` for each token, and a blank line after each sentence, or after a text that was read whole.

    Of a column file, its lines with the tags after.
    """
    tags = list(doc.tags)
    separator = source.rows.separator if source.rows else "\t"
    if confidence:
        tags = [f"{tag}{separator}{value:.4f}" for tag, value in zip(tags, doc.confidences, strict=True)]
    if source.rows is not None:
        return source.rows.with_tags(tags)
    lines = [f"{token}\t{tag}\n" for token, tag in zip(doc.tokens, tags, strict=True)]
    ends = doc.sentence_ends or (len(lines),)
    return "".join("".join(lines[first:end]) + "\n" for first, end in pairwise((0, *ends)))


def as_marked(doc: Doc, palette: dict[str, int], confidence: bool) -> str:
    """The text with `[entity]TYPE`, or with entities in the colours of their types in `palette`.

    Explanations follow, a line each.
    """
    pieces, position = [], 0
    for entity in doc.ents:
        label = f"{entity.label} {entity.confidence:.2f}" if confidence else entity.label
        marked = _marked(entity.text, label, palette.get(entity.label))
        pieces += [printable(doc.text[position : entity.start]), marked]
        position = entity.end
    lines = ["".join([*pieces, printable(doc.text[position:])])]
    lines += [as_explained(doc.text, one, colours=bool(palette)) for one in doc.explanations if one]
    return "\n".join(lines) + "\n"


def _marked(text: str, label: str, colour: int | None) -> str:
    if colour is None:
        return f"[{printable(text)}]{label}"
    return f"\x1b[1;{colour}m{printable(text)}\x1b[0;2;{colour}m {label}\x1b[0m"
