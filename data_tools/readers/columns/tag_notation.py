"""How a corpus writes its tags, and what they are as `PREFIX-TYPE`: both ways to be found by looking at a column.

| form | cells | tags |
|---|---|---|
| `PREFIX-TYPE` | `B-PER` | as they are; spaces in a type become `_` |
| `prefix-TYPE` | `b-per`, `o` | `B-per`, `O` |
| `PREFIX_TYPE` | `B_PER` | `B-PER` |
| `TYPE-PREFIX` | `PER-B`, `PER_B` | `B-PER` |
| `brackets` | `(PERSON*`, `*)`, `(ORG)` | `B-PERSON`, `I-PERSON`, `B-ORG` (CoNLL-2012) |
| `TYPE` | `PERS` | `I-PERS` |
| `PREFIX` | `B`, `I` | of the type that `--type` names |

Outside of entities stands `O`, or `0`.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from data_tools.readers.tag_schemes import check_tag, holds_several, type_name
from ner.text.labels import MAX_TYPES, NOT_ANNOTATED, OUTSIDE

PREFIX_TYPE, LOWER_PREFIX, PREFIX_UNDERSCORE = "PREFIX-TYPE", "prefix-TYPE", "PREFIX_TYPE"
TYPE_PREFIX, BRACKETS, TYPE, PREFIX = "TYPE-PREFIX", "brackets", "TYPE", "PREFIX"
# The first that fits a file is taken.
FORMS = (PREFIX_TYPE, LOWER_PREFIX, PREFIX_UNDERSCORE, TYPE_PREFIX, BRACKETS, PREFIX, TYPE)

_LETTERS = "BIELSUMW"
_PREFIXES = frozenset(_LETTERS)
_LOWER = re.compile(rf"[{_LETTERS.lower()}]-(?=\S)")
_WITH_UNDERSCORE = re.compile(rf"([{_LETTERS}])_(.+)")
_SUFFIXED = re.compile(rf"(.+)[-_]([{_LETTERS}])")
_BRACKETED = re.compile(r"(?:\(([^()*|]+))?(\*?)(\)?)")
_PLAIN_TYPE = re.compile(r"[^\W\d_][\w./& -]*")
_PAIR = re.compile(r"(?:^|\|)([A-Za-z_]\w*)=([^|]*)")
_ROLES = re.compile(r"V|[RC]-.*|A(?:RG)?[0-9AM].*|AM-.*")  # of predicates: CoNLL-2012 has columns of them too
_BLANKS = ("_", "-")  # not annotated where other cells are O, else outside
_ZERO = "0"  # for O, in some corpora
_LAYERS = re.compile(rf"(?:{OUTSIDE}|[{_LETTERS}]-[^|]+)(?:\|(?:{OUTSIDE}|[{_LETTERS}]-[^|]+))*")
_REMEMBERED = 1 << 14


@dataclass(frozen=True, kw_only=True)
class TagNotation:
    """The form of the cells, and which of them mean something else.

    `key` is that of a pair in CoNLL-U's MISC (`NER=B-PER`), `layer` chooses among layers of one cell (`B-ORG|B-LOC`; a
    layer that a cell lacks is O), `entity_type` belongs to bare prefixes; cells of `outside` mean O, and others of
    `_BLANKS` an unannotated token.
    """

    form: str = PREFIX_TYPE
    key: str | None = None
    layer: int | None = None
    entity_type: str | None = None
    outside: tuple[str, ...] = ()

    def tags(self, cells: Sequence[str]) -> list[str]:
        """The tags of a sentence as `PREFIX-TYPE`, O, or `NOT_ANNOTATED`; a cell that is none stays as it is."""
        if self.form == BRACKETS:
            return _from_brackets(cells)
        known = self._known
        if not known.keys() >= set(cells):
            if len(known) > _REMEMBERED:
                known.clear()
            known.update({cell: self._tag(cell) for cell in set(cells)})
        return [known[cell] for cell in cells]

    def reads(self, cell: str) -> bool:
        """Whether a cell is a tag in this form, alone."""
        [tag] = self.tags([cell])
        if tag == NOT_ANNOTATED or (tag == cell and self.form != PREFIX_TYPE):
            return tag in (NOT_ANNOTATED, OUTSIDE)
        return check_tag(tag, layers=True) is None

    @property
    def lacks_type(self) -> bool:
        """Whether tags are bare prefixes, and nobody has named their type."""
        return self.form == PREFIX and self.entity_type is None

    @cached_property
    def _known(self) -> dict[str, str]:
        """Cell -> tag, of those seen so far."""
        return {}

    def _tag(self, cell: str) -> str:
        if self.key is not None:
            cell = next((pair.partition("=")[2] for pair in cell.split("|") if pair.startswith(f"{self.key}=")), "O")
        if self.layer is not None and _LAYERS.fullmatch(cell):
            layers = cell.split("|")
            cell = layers[self.layer] if self.layer < len(layers) else OUTSIDE
        if cell in self.outside:
            return OUTSIDE
        if cell in _BLANKS:
            return NOT_ANNOTATED
        if " " in cell and holds_several(cell):
            return cell
        tag = self._in_usual_form(cell)
        prefix, _, entity_type = tag.partition("-")
        return f"{prefix}-{type_name(entity_type)}" if entity_type and prefix in _PREFIXES else tag

    def _in_usual_form(self, cell: str) -> str:
        """A cell as `PREFIX-TYPE`; one that is not in the notation's form stays as it is."""
        if self.form == LOWER_PREFIX and (_LOWER.match(cell) or cell == OUTSIDE.lower()):
            return f"{cell[0].upper()}{cell[1:]}"
        if self.form == PREFIX_UNDERSCORE and (found := _WITH_UNDERSCORE.fullmatch(cell)):
            return f"{found[1]}-{found[2]}"
        if self.form == TYPE_PREFIX and (found := _SUFFIXED.fullmatch(cell)):
            return f"{found[2]}-{found[1]}"
        if self.form == TYPE and cell != OUTSIDE and _PLAIN_TYPE.fullmatch(cell):
            return f"I-{cell}"
        if self.form == PREFIX and self.entity_type and cell in _PREFIXES:
            return f"{cell}-{self.entity_type}"
        return cell

    def describe(self) -> str:
        """`""` for plain `PREFIX-TYPE` tags, else what is special: `"tags written TYPE-PREFIX, _ is O"`."""
        parts = [f"tags written {self.form}"] if self.form != PREFIX_TYPE else []
        parts += [f"tags in {self.key}=..."] if self.key is not None else []
        parts += [f"layer {self.layer}"] if self.layer is not None else []
        parts += [f"type {self.entity_type}"] if self.entity_type is not None else []
        parts += [f"{' and '.join(self.outside)} for {OUTSIDE}"] if self.outside else []
        return ", ".join(parts)


def _from_brackets(cells: Sequence[str]) -> list[str]:
    """`["(ORG*", "*)", "*", "(PER)"]` -> `["B-ORG", "I-ORG", "O", "B-PER"]`; a cell that does not fit stays.

    So does one that opens an entity which the sentence does not close.
    """
    tags: list[str] = []
    open_type, opened = "", 0
    for cell in cells:
        found = _BRACKETED.fullmatch(cell) if cell else None
        begins = found is not None and found[1]
        if found is None or (begins and open_type) or (found[3] and not (begins or open_type)):
            tags.append(cell)
            continue
        if begins:
            open_type, opened = type_name(found[1]), len(tags)
            tags.append(f"B-{open_type}")
        else:
            tags.append(f"I-{open_type}" if open_type else OUTSIDE)
        if found[3]:
            open_type = ""
    if open_type:
        tags[opened] = cells[opened]
    return tags


def find_notation(cells: Mapping[str, int], layer: int | None, entity_type: str | None) -> TagNotation | None:
    """The notation that reads most of a column's cells, at least half, as tags; None where none does.

    `cells` counts each of them; `layer` and `entity_type` are what the user gave.
    """
    given = TagNotation(layer=layer, entity_type=entity_type)
    zero = (_ZERO,) if _ZERO in cells else ()
    blanks = tuple(blank for blank in _BLANKS if blank in cells)
    has_outside = OUTSIDE in cells or bool(zero)
    with_outside = replace(given, outside=zero if has_outside else blanks)
    lower = (LOWER_PREFIX,) if _are_lower(cells) else ()
    forms = (PREFIX_TYPE, *lower, PREFIX_UNDERSCORE, TYPE_PREFIX)
    shares = {notation: _share(notation, cells) for notation in (replace(with_outside, form=form) for form in forms)}
    best = max(shares, key=shares.__getitem__)  # the first of equal ones
    if shares[best] >= 0.5 and _has_entities(best, cells):
        return best
    if _are_brackets(cells):
        return TagNotation(form=BRACKETS)
    if set(cells) <= {*_PREFIXES, *_BLANKS, OUTSIDE, _ZERO} and has_outside and set(cells) & {"B", "I"}:
        return replace(given, form=PREFIX, outside=zero)
    if _are_types(cells):
        return replace(given, form=TYPE, outside=zero)
    named = {cell: number for cell, number in cells.items() if cell not in _BLANKS}
    return given if named and 2 * _num_read(given, named) >= sum(cells.values()) else None


def find_keys(cells: Mapping[str, int], layer: int | None) -> list[TagNotation]:
    """The notations of tags in MISC, `NER=B-PER|SpaceAfter=No`: for each key of which half the values are tags.

    Keys with O alone are left out where another has entities.
    """
    values: dict[str, Counter[str]] = {}
    for cell, number in cells.items():
        for key, value in _PAIR.findall(cell):
            values.setdefault(key, Counter())[value] += number
    keys = [key for key, found in values.items() if _share(TagNotation(), found) >= 0.5]
    tagged = [key for key in keys if _has_entities(TagNotation(), values[key])]
    return [TagNotation(key=key, layer=layer) for key in tagged or keys]


def _share(notation: TagNotation, cells: Mapping[str, int]) -> float:
    """The share of cells that are tags."""
    return _num_read(notation, cells) / sum(cells.values())


def _num_read(notation: TagNotation, cells: Mapping[str, int]) -> int:
    return sum(number for cell, number in cells.items() if notation.reads(cell))


def _has_entities(notation: TagNotation, cells: Mapping[str, int]) -> bool:
    return any(tag not in (OUTSIDE, NOT_ANNOTATED) for tag in notation.tags(list(filter(notation.reads, cells))))


def _are_lower(cells: Mapping[str, int]) -> bool:
    """Whether most cells of entities are like `b-per`, and some begin with b or i: a type alone may be `e-mail`."""
    inside = {cell: number for cell, number in cells.items() if cell not in ("O", "o", _ZERO, *_BLANKS)}
    lower = {cell: number for cell, number in inside.items() if _LOWER.match(cell)}
    return 2 * sum(lower.values()) > sum(inside.values()) and any(cell[0] in "bi" for cell in lower)


def _are_types(cells: Mapping[str, int]) -> bool:
    """Whether some cells are types without prefix, and enough of the others are outside: `O` or `0`."""
    types = [cell for cell in cells if cell not in (OUTSIDE, _ZERO, *_BLANKS)]
    outside, total = cells.get(OUTSIDE, 0) + cells.get(_ZERO, 0), sum(cells.values())
    inside = sum(cells[cell] for cell in types)
    plain = all(map(_PLAIN_TYPE.fullmatch, types)) and len(types) <= MAX_TYPES
    return plain and 4 * outside >= total and 100 * inside >= total


def _are_brackets(cells: Mapping[str, int]) -> bool:
    """Whether all cells are brackets of flat entities: not of a parse, and not of a predicate's arguments."""
    found = [_BRACKETED.fullmatch(cell) for cell in cells if cell]
    types = {match[1] for match in found if match and match[1]}
    return "*" in cells and all(found) and bool(types) and not all(map(_ROLES.fullmatch, types))
