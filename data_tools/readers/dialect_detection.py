"""Finds the dialect of a column file by looking at its first rows."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice, pairwise

from data_tools.readers import tag_schemes
from data_tools.readers.dialect import NO_SPACE, SKIPPED_INDEX, SPACES, TAB, Dialect, is_docstart, split_lines
from data_tools.readers.sources import naming_damage, open_source
from ner.console import counted
from ner.errors import InputError
from ner.text.labels import OUTSIDE

_SAMPLE_ROWS = 5_000
_REGULAR_SHARE = 0.9  # of rows with one number of columns: the others are mistakes
_CONLLU_MISC = 9
_NUMBER = re.compile(r"[0-9]{1,9}")
_HAS_DIGIT, _DIGITS = re.compile(r"[0-9]"), re.compile(r"[0-9]+")
# Of phrases, not entities: Tjong Kim Sang and Buchholz 2000, https://aclanthology.org/W00-0726
_CHUNK_TYPES = frozenset(["NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP", "PC"])


def find_dialect(path: str, token_column: int | None = None, tag_column: int | None = None) -> Dialect:
    """The dialect of a file, from its first rows; columns that are given are taken as they are.

    The tag column is the one that holds tags of entities; where several do, nothing in the file says which is meant,
    and one must be given. The token column is the first that holds no numbers, ranges, identifiers or tags, unless
    another one has over twice as many different values. Raises `InputError` on a file without rows, with one column,
    without tags, with several tag columns, with rows of different length, or without a column that is given.
    """
    sample = _Sample.of(path)
    if token_column is None and tag_column is None:
        sample.check_even()
    token = sample.position("--token_column", token_column)
    tag = sample.position("--tag_column", tag_column)
    index = 0 if 0 not in (token, tag) and sample.counts_up() else None
    if tag is None:
        tag = sample.find_tags(besides=(index, token))
    if token is None:
        token = sample.find_token(besides=(index, tag))
    if token == tag:
        remedy = "correct --token_column or --tag_column"
        raise InputError(f"{sample.where}: column {tag} cannot be both token and tag; {remedy}")
    return Dialect(
        separator=sample.separator,
        columns=sample.columns,
        token_column=token,
        tag_column=tag,
        index_column=index,
        misc_column=None if index is None else sample.find_misc(besides=(index, token, tag)),
    )


@dataclass(frozen=True)
class _Sample:
    """The first rows of a file, without those of an unusual length where there is a usual one."""

    where: str  # the first row, for messages
    separator: str
    columns: int | None  # None where the number varies
    rows: list[list[str]]
    uneven: str | None = None  # a row with another number of columns than the first one, where that varies

    @classmethod
    def of(cls, path: str) -> "_Sample":
        lines = _first_lines(path)
        number, line = lines[0]
        where = f"{path}:{number}: {line[:80]!r}"
        separator = TAB if 2 * sum("\t" in line for _, line in lines) >= len(lines) else SPACES
        rows = split_lines([line for _, line in lines], separator)
        columns, count = Counter(map(len, rows)).most_common(1)[0]
        if count < _REGULAR_SHARE * len(rows):
            other = next(i for i, row in enumerate(rows) if len(row) != len(rows[0]))
            number, text = lines[other]
            uneven = f"{len(rows[0])} columns, but line {number}, {text[:80]!r}, has {len(rows[other])}"
            return cls(where, separator, None, [row for row in rows if len(row) > 1], uneven)
        if columns == 1:
            raise InputError(
                f"{where} is one column; a token and its tag are wanted, with a tab or spaces between them"
            )
        return cls(where, separator, columns, [row for row in rows if len(row) == columns])

    @property
    def width(self) -> int:
        """How many columns every row has at least."""
        return min(map(len, self.rows))

    def position(self, flag: str, column: int | None) -> int | None:
        """The column that a flag names, counted from the front where the number of columns is known."""
        if column is None:
            return None
        if not -self.width <= column < self.width:
            allowed = f"0 to {self.width - 1}, or -1 to {-self.width} from the end"
            raise InputError(f"{self.where} has no column {column}; {flag} can be {allowed}")
        return column if self.columns is None else column % self.columns

    def counts_up(self) -> bool:
        """Whether the first of three or more columns counts up, with a new start now and then."""
        if self.width < 3:
            return False
        words = [row[0] for row in self.rows if not SKIPPED_INDEX.fullmatch(row[0])]
        numbers = [int(word) if _NUMBER.fullmatch(word) else None for word in words]
        steps = [after == before + 1 for before, after in pairwise(numbers) if before is not None and after is not None]
        starts = sum(after in (0, 1) for after in numbers[1:])
        return any(steps) and sum(steps) + starts >= _REGULAR_SHARE * (len(words) - 1)

    def check_even(self) -> None:
        """Raises `InputError`, naming two rows, where the number of columns varies."""
        if self.uneven is not None:
            remedy = "correct the file, or name --token_column and --tag_column, from 0, or from -1 at the end"
            raise InputError(f"{self.where} has {self.uneven}; {remedy}")

    def find_tags(self, besides: Iterable[int | None]) -> int:
        """The only column with tags of entities. Raises `InputError` where there is none, or several."""
        from_the_end = [-1] if self.columns is None else range(self.columns - 1, -1, -1)
        found = [column for column in from_the_end if column not in besides and self._holds_tags(column)]
        besides_chunks = [column for column in found if not self._holds_chunks(column)] or found
        entities = {column: count for column in reversed(besides_chunks) if (count := self._entities(column))}
        named = list(entities)
        if len(named) > 1:
            counts = ", ".join(f"{column} ({counted(entities[column], 'entity', 'entities')})" for column in named)
            remedy = f"choose one with --tag_column, e.g. --tag_column={named[0]}"
            raise InputError(f"{self.where}: columns {counts} hold tags in the first rows; {remedy}")
        if found:
            return named[0] if named else besides_chunks[0]
        wanted = f"no column holds tags ({tag_schemes.ACCEPTED})"
        raise InputError(f"{self.where}: {wanted}; name it with --tag_column, from 0, or from -1 at the end")

    def _holds_tags(self, column: int) -> bool:
        """Whether at least half of the column are tags."""
        return 2 * sum(tag_schemes.check_tag(row[column]) is None for row in self.rows) >= len(self.rows)

    def _entities(self, column: int) -> int:
        """Entities in the sample, where tags of any scheme stand."""
        tags = [row[column] for row in self.rows if tag_schemes.check_tag(row[column]) is None]
        return sum(tag.startswith("B-") for tag in tag_schemes.to_iob2(tags))

    def _holds_chunks(self, column: int) -> bool:
        """Whether the column tags phrases, not entities."""
        tags = [row[column] for row in self.rows if tag_schemes.check_tag(row[column]) is None]
        types = {tag[2:] for tag in tags if tag != OUTSIDE}
        return bool(types) and types <= _CHUNK_TYPES

    def find_token(self, besides: Iterable[int | None]) -> int:
        """The column of the tokens, by its content."""
        columns = [column for column in range(self.width) if column not in besides]
        candidates = [column for column in columns if not self._holds_tags(column) and not self._identifies(column)]
        if not candidates:
            return columns[0]
        values = {column: len({row[column] for row in self.rows}) for column in candidates}
        return next(column for column in candidates if 2 * values[column] >= max(values.values()))

    def _identifies(self, column: int) -> bool:
        """Whether all values are numbers or ranges, or differ in their digits alone: `17`, `0-5`, `news_1`."""
        cells = [row[column] for row in self.rows]
        return all(map(_HAS_DIGIT.search, cells)) and len({_DIGITS.sub("0", cell) for cell in cells}) == 1

    def find_misc(self, besides: Iterable[int | None]) -> int | None:
        """The column in which `SpaceAfter=No` may stand: where it was seen, or where CoNLL-U has it."""
        others = [column for column in range(self.columns or 0) if column not in besides]
        seen = (column for column in others if any(NO_SPACE in row[column].split("|") for row in self.rows))
        return next(seen, _CONLLU_MISC if _CONLLU_MISC in others else None)


def _first_lines(path: str) -> list[tuple[int, str]]:
    """The first lines of a file that may be rows, at least one, each with its number."""
    with open_source(path) as file, naming_damage(path):
        # A byte that is not UTF-8 does no harm here; who reads the file names it.
        numbered = ((number, line.decode(errors="replace").rstrip("\r\n")) for number, line in enumerate(file, 1))
        rows = (
            (number, line)
            for number, line in numbered
            if line.strip(" \t\r") and not is_docstart(line) and not line.startswith(("# ", "#\t"))
        )
        lines = list(islice(rows, _SAMPLE_ROWS))
        if not lines:
            held = "only blank lines, comments and -DOCSTART- lines" if file.tell() else "nothing"
            raise InputError(
                f"{path}: no sentences: it holds {held}; name a file with a token and its tag in each line"
            )
    # `#wow` may be a token and `#newdoc` a comment: better to look at lines beyond doubt.
    return [(number, line) for number, line in lines if not line.startswith("#")] or lines
