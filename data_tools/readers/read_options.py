"""What a user may say about annotated files; everything else is found by looking at them."""

from dataclasses import dataclass

from data_tools.readers.columns.dialect import DROP, EMPTY_TOKEN_RULES, ERROR, KEEP
from ner.errors import InputError
from ner.settings import check_settings, setting
from ner.text.tokenizer import KEPT_MARKS

IGNORE, AS_OUTSIDE, _ = NOT_ANNOTATED_RULES = ("ignore", "outside", DROP)

DEFAULT_ENCODING = "utf-8"

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
        "A row whose token is empty is an error, is dropped, is kept with U+FFFD for its token, or is a space; then no "
        "others stand between tokens.",
        choices=EMPTY_TOKEN_RULES,
        group=_GROUP,
    )
    not_annotated: str = setting(
        IGNORE,
        "Unannotated tokens, tagged - or _ beside others tagged O, are in no loss and no score (ignore), are "
        "taken for O, or are dropped with their sentence.",
        choices=NOT_ANNOTATED_RULES,
        group=_GROUP,
    )
    docstart: str = setting(
        DROP, "Whether a -DOCSTART- line is dropped or becomes a sentence.", choices=(DROP, KEEP), group=_GROUP
    )

    encoding: str = setting(
        DEFAULT_ENCODING,
        "Encoding of the files, in which ASCII is as everywhere: latin-1, cp1252, gbk, ...",
        group=_GROUP,
    )
    lone_marks: str = setting(
        "",
        f"Marks, of {KEPT_MARKS}, at which text with spans is cut, because entities end there, and plain text and text "
        "to be tagged too. Those that always stand alone in the tokens of a corpus are found.",
        group=_GROUP,
    )
    label_names: tuple[str, ...] = setting(
        (), "Names of tags that are numbers, from 0 on, with commas between them.", group=_GROUP
    )

    def __post_init__(self) -> None:
        check_settings(self)
        try:
            ascii_bytes = "".join(map(chr, range(128))).encode(self.encoding)
        except LookupError:
            raise InputError(
                f"--encoding={self.encoding}: no such encoding; expected one that Python knows, as latin-1"
            ) from None
        if ascii_bytes != bytes(range(128)):
            remedy = "leave it out where files begin with a byte order mark of UTF-16, else convert them"
            raise InputError(f"--encoding={self.encoding}: {remedy}, as in iconv -f {self.encoding} -t UTF-8")

        if others := [mark for mark in self.lone_marks if mark not in KEPT_MARKS]:
            raise InputError(
                f"--lone_marks={self.lone_marks}: {others[0]!r} is not one of {KEPT_MARKS}, the marks that a token of "
                "raw text may hold; leave it out"
            )

    @property
    def names_of_labels(self) -> tuple[str, ...]:
        """`label_names` one by one."""
        return tuple(name for names in self.label_names for name in names.split(","))

    def check_no_columns(self, what: str) -> None:
        """Raises `InputError` where columns are named although `what`, a file of some format, has none."""
        if self.token_column is not None or self.tag_column is not None:
            raise InputError(f"{what} has no columns; leave out --token_column and --tag_column")
