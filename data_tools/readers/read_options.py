"""What a user may say about annotated files; everything else is found by looking at them."""

from dataclasses import dataclass

from data_tools.readers.dialect import DROP, EMPTY_TOKEN_RULES, ERROR, KEEP, NOT_ANNOTATED_RULES
from ner.settings import check_settings, setting

_GROUP = "input format"


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How files are read; None leaves the choice to the reader."""

    token_column: int | None = setting(
        None, "Column of the tokens, from 0, or from -1 at the end of the row. Detected by default.", group=_GROUP
    )
    tag_column: int | None = setting(
        None, "Column of the tags, counted like --token_column. Detected by default.", group=_GROUP
    )
    layer: int | None = setting(
        None, "Which tag of a cell like B-ORG|B-LOC is taken, from 0: the outer one.", low=0, group=_GROUP
    )
    type: str | None = setting(None, "Entity type of tags that name none: bare B and I.", group=_GROUP)
    empty_token: str = setting(
        ERROR,
        "A row whose token is empty is an error, is dropped, or is kept with U+FFFD for its token.",
        choices=EMPTY_TOKEN_RULES,
        group=_GROUP,
    )
    not_annotated: str = setting(
        ERROR,
        "A token tagged - or _ beside others tagged O is an error, its sentence is dropped, or it is taken for O.",
        choices=NOT_ANNOTATED_RULES,
        group=_GROUP,
    )
    docstart: str = setting(
        DROP, "Whether a -DOCSTART- line is dropped or becomes a sentence.", choices=(DROP, KEEP), group=_GROUP
    )

    def __post_init__(self) -> None:
        check_settings(self)
