"""How the lines of a column file are read: what separates the columns, what they hold, and which lines are no rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from data_tools.readers.columns.tag_notation import TagNotation
from ner.console import counted

ERROR, DROP, KEEP, SPACE = EMPTY_TOKEN_RULES = ("error", "drop", "keep", "space")
# For messages.
ALLOW_EMPTY = "give --empty_token=drop or --empty_token=keep, or --empty_token=space where spaces are tokens"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
TAB, SPACES = "tab", "spaces"
DOCSTART, DOCSTART_WORD = "-DOCSTART-", "DOCSTART"  # the second is all that its variants share
_NO_SPACE_MARKS = frozenset(("SpaceAfter=No", "NoSpaceAfter"))  # of CoNLL-U, and of HIPE
_SENTENCE_END_MARKS = frozenset(("EndOfSentence", "PySBDSegment"))  # HIPE
SKIPPED_INDEX = re.compile(r"[0-9]+([-.])[0-9]+")  # CoNLL-U: `7-8` is a multiword token, `7.1` an empty node

# CoNLL-U (https://universaldependencies.org/format.html#paragraph-and-document-boundaries), `newdoc_id` in DISRPT;
# CoNLL-2012; HIPE-2020, HIPE-2022 (https://github.com/hipe-eval/HIPE-2022-data); JNLPBA
_DOCUMENT_MARK = re.compile(
    r"#[ \t]*(?:newdoc(?=_id|[ \t]|$)|begin document|(?:hipe2022:)?document_id(?=[ \t]*=))|###MEDLINE:"
)
_DOCSTART = re.compile(rf"(?:[^ \t]+[ \t]+)?-*{DOCSTART_WORD}-*(?:[ \t]|$)")
# What someone meant as a tag, right or wrong: `B-PER`, `b_per`, `I-`, `-`, `o`; not a word or a number.
_TAG_LIKE = re.compile(r"[A-Za-z]?[-_].*|[Oo]")
_HASH_ALONE = re.compile(r"#+(?: |$)")  # in the first column: `# id 7<TAB>domain=en`, `## klue-ner_00000<TAB>...`


def says_no_space(misc: str) -> bool:
    """Whether a cell of attributes with `|` between them says that no space follows its token."""
    return not _NO_SPACE_MARKS.isdisjoint(misc.split("|"))


def ends_sentence(misc: str) -> bool:
    """Whether a cell of attributes says that its token is the last of a sentence."""
    return not _SENTENCE_END_MARKS.isdisjoint(misc.split("|"))


def is_misc(cell: str) -> bool:
    """Whether a cell is one of attributes that are read."""
    return says_no_space(cell) or ends_sentence(cell)


@dataclass(frozen=True, kw_only=True)
class Dialect:
    """The columns of a file, counted from 0; where `columns` is None, a negative one counts from the end of a row.

    A row has exactly `columns` columns, or, where their number varies, enough for those that are read. A file to be
    tagged has no `tag_column`.
    """

    separator: str  # TAB, or SPACES: runs of them
    columns: int | None
    token_column: int
    tag_column: int | None
    index_column: int | None = None  # a running number, as in CoNLL-U
    misc_column: int | None = None  # where `is_misc` may be true, as in CoNLL-U
    notation: TagNotation = field(default_factory=TagNotation)
    header: str | None = None  # a first line that names the columns
    empty_token: str = ERROR  # what becomes of a row whose token has no characters: one of `EMPTY_TOKEN_RULES`
    encoding: str = "utf-8"

    def describe(self) -> str:
        """`"tab-separated, 3 columns: index 0, token 1, tag 2 (counted from 0)"`."""
        separator = "tab-separated" if self.separator == TAB else "separated by spaces"
        number = "columns vary" if self.columns is None else counted(self.columns, "column")
        named = {"index": self.index_column, "token": self.token_column, "tag": self.tag_column}
        named["misc"] = self.misc_column
        roles = ", ".join(f"{role} {column}" for role, column in named.items() if column is not None)
        special = "".join(f", {text}" for text in (self.notation.describe(), "a header" * bool(self.header)) if text)
        return f"{separator}, {number}: {roles} (counted from 0){special}"

    def describe_columns(self) -> str | None:
        """What decides which text is a token and which a tag; None where the number of columns varies."""
        if self.columns is None:
            return None
        separated = "by tabs" if self.separator == TAB else "by spaces"
        return f"{self.columns} columns separated {separated}: token {self.token_column}, tag {self.tag_column}"

    def split(self, lines: Sequence[str]) -> list[list[str]]:
        """The columns of each line, without the spaces around them."""
        return split_lines(lines, self.separator)

    def fits(self, columns: int) -> bool:
        """Whether a row may have that many columns."""
        if self.columns is not None:
            return columns == self.columns
        # Columns from both ends must not meet: a token is never its own tag.
        ends = [column for column in (self.token_column, self.tag_column) if column is not None]
        return columns >= max(0, *(column + 1 for column in ends)) + max(0, *(-column for column in ends))

    def is_header(self, line: str) -> bool:
        """Whether a line names the columns, as the first of the file does."""
        return self.header is not None and line.rstrip() == self.header

    def is_comment(self, line: str) -> bool:
        """Whether a line that starts with `#` is a comment: one that cannot be a row.

        It is a row if its columns fit and its `#` belongs to a word (`#wow O`, and so `#wow B_PER`, a mistake), or is a
        word and what stands in the tag column was meant as a tag (`# O`). `# id = 7` is a comment even where rows have
        four columns, as is `# id 7<TAB>x` where they have two. Where no column holds tags, `#` is a token if it stands
        alone or the row ends in a tag.
        """
        if not line.startswith("#"):
            return False
        [row] = self.split([line])
        if not self.fits(len(row)):
            return True
        if self.tag_column is None:
            alone = _HASH_ALONE.match(row[0]) and len(row) > 1 and not _TAG_LIKE.fullmatch(row[-1])
            return bool(alone) or document_mark(line) is not None
        if not _HASH_ALONE.match(row[0]):
            return False
        cell = row[self.tag_column]
        return not _TAG_LIKE.fullmatch(cell) and not (cell.isupper() and self.notation.reads(cell))


def filled(tokens: Sequence[str], rule: str) -> list[str]:
    """Tokens, with U+FFFD in place of those without characters where the rule is to keep them."""
    return [token or _REPLACEMENT for token in tokens] if rule == KEEP else list(tokens)


def spaces_by_empty(tokens: Sequence[str]) -> tuple[bool, ...]:
    """Whether a space follows each token where empty ones are the spaces, as it does the last: `["a", "", "b", "c"]` ->
    `(True, False, False, True)`.
    """
    return tuple(not after for after in (*tokens[1:], ""))


def split_lines(lines: Sequence[str], separator: str) -> list[list[str]]:
    """The columns of each line, without the spaces around them. Between tabs they may be empty."""
    if separator == TAB:
        return [
            line.split("\t") if " " not in line else [column.strip(" ") for column in line.split("\t")]
            for line in lines
        ]
    rows = (line.split(" ") for line in lines)
    return [row if "" not in row else [column for column in row if column] for row in rows]


def is_docstart(line: str) -> bool:
    """Whether a line begins a document: `-DOCSTART-` is its first column, or its second (after an index).

    So are its variants `--DOCSTART--`, `-DOCSTART` and `DOCSTART`.
    """
    return _DOCSTART.match(line) is not None


def document_mark(comment: str) -> str | None:
    """How a comment that begins a document starts, `# newdoc` or `#begin document`; None for others."""
    found = _DOCUMENT_MARK.match(comment)
    return None if found is None else found[0]
