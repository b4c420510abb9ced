"""Which kept sentences of an evaluation the tab lists: those of a cell, a slice, a text or an error, searched, sorted
and cut into pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ner.evaluation.analysis.outcomes import CORRECT
from ner.tensorboard.plugin.example_index import ANY_ERROR, ExampleIndex, error_number

MAX_PAGE = 1_000
ANY = "any"
ORDERS = ("ranked", "reversed", "file")
_LEVELS = ("entity", "word", "character")


@dataclass(frozen=True)
class Query:
    """What is asked for. Raises ValueError if it makes no sense.

    At most one of these is given: `cell`, row and column of the matrix of `level`; `slice`, the number of one;
    `string`, that of an entity's text; `region` of the data map, such as `0,8,12,20`. `history` is "correct" for what
    was correct at an earlier step, else "never".
    """

    level: str = "entity"
    cell: tuple[int, int] | None = None
    slice: int | None = None
    string: int | None = None
    region: str = ""
    error: str = ANY
    search: str = ""
    history: str = ANY
    order: str = ORDERS[0]
    offset: int = 0
    limit: int = 50

    @classmethod
    def from_request(cls, fields: Mapping[str, str]) -> "Query":
        """From strings; those that are missing have their default."""
        texts = {
            name: fields[name]
            for name in ("level", "region", "error", "search", "history", "order")
            if fields.get(name)
        }
        numbers = {name: int(fields[name]) for name in ("slice", "string", "offset", "limit") if fields.get(name)}
        row, column = fields.get("row"), fields.get("column")
        return cls(**texts, **numbers, cell=(int(row), int(column)) if row and column else None)  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        known = self.level in _LEVELS and self.order in ORDERS and self.history in (ANY, "correct", "never")
        if not known or self.offset < 0 or not 0 < self.limit <= MAX_PAGE:
            raise ValueError(str(self))
        if self.error != ANY:
            error_number(self.error)


def candidates(index: ExampleIndex, query: Query) -> tuple[np.ndarray, np.ndarray | None]:
    """The sentences before they are searched, highest rank first; their confidences if they are of a cell or a slice.

    Without a cell, slice or text: the kept sentences with a wrong entity, or all kept ones if they are to be searched.
    """
    if query.cell is not None:
        return index.cell(query.level, *query.cell)
    if query.slice is not None:
        return index.cell("slice", query.slice, ANY_ERROR)
    if query.string is not None:
        return index.sentences_with(index.entities(string=query.string)), None
    if query.search.strip():
        rank = index.rank(index.entities())
        return np.argsort(-rank, kind="stable"), None
    return index.sentences_with(index.entities(**_error(query))), None


def narrowed(index: ExampleIndex, query: Query, sentences: np.ndarray) -> np.ndarray:
    """Those of `sentences` that have the text searched for and the type of error, in the order asked for."""
    found = sentences
    if query.error != ANY:
        selected = index.entities(**_error(query), **_focus(query))
        found = found[np.isin(found, index.wrong["sentence"][selected])]
    if query.search.strip():
        found = index.containing(found, query.search.strip())
    return {"ranked": lambda: found, "reversed": lambda: found[::-1], "file": lambda: np.sort(found)}[query.order]()


def followed_entities(index: ExampleIndex, query: Query, sentences: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """Number of the gold entity whose history stands for each of `sentences`: the first of the open cell.

    -1 where there is none: then it is the history of the sentence. `outcomes` is the blob `entities`.
    """
    followed = np.full(len(index.positions), -1)
    if query.cell is None or query.level != "entity":
        return followed[sentences]
    row, column = query.cell
    if row == column:
        for sentence in sentences.tolist():
            first = int(index.first_gold[sentence])
            correct = np.flatnonzero(outcomes[first : first + index.num_gold[sentence]] == CORRECT + row)
            followed[sentence] = first + correct[0] if len(correct) else -1
        return followed[sentences]
    entities = np.flatnonzero(index.entities(**_focus(query)))[::-1]  # so that the first one stays
    numbers = index.wrong["number"][entities]
    followed[index.wrong["sentence"][entities]] = np.where(numbers < len(outcomes), numbers, -1)
    return followed[sentences]


def page(index: ExampleIndex, query: Query, found: np.ndarray, confidences: Mapping[int, float]) -> dict[str, Any]:
    """One page of the sentences `found`, each with its confidence in the open cell where there is one."""
    shown = found[query.offset : query.offset + query.limit].tolist()
    items = [
        {"sentence": sentence, "confidence": confidences.get(one)}
        for one, sentence in zip(shown, index.sentences(shown), strict=True)
    ]
    return {"matching": len(found), "items": items}


def predicted_otherwise(sentence: Mapping[str, Any], index: ExampleIndex, is_gold: bool) -> dict[str, Any] | None:
    """What another evaluation predicted for a sentence: `gold`, `predicted` and `confidences`, as it has them itself.

    `gold` lacks what the other evaluation leaves undecided. `index` is that of the other evaluation; `is_gold` tells
    that the gold labels were predicted, with confidences that are not stored. None where neither is known.
    """
    position = sentence["n"]
    at = int(np.searchsorted(index.positions, position))
    if at < len(index.positions) and index.positions[at] == position:
        other = index.sentence(at)
        if other["tokens"] == sentence["tokens"]:  # of a long sentence another part may have been kept
            return {name: other[name] for name in ("gold", "predicted", "confidences")}
    if is_gold:
        return {"gold": sentence["gold"], "predicted": sentence["gold"], "confidences": None}
    return None


def _error(query: Query) -> dict[str, int]:
    return {} if query.error == ANY else {"error": error_number(query.error)}


def _focus(query: Query) -> dict[str, int]:
    """Columns of the open cell's entities; of all entities if it is not a cell of entities."""
    if query.cell is None or query.level != "entity":
        return {}
    return {"gold": query.cell[0], "predicted": query.cell[1]}
