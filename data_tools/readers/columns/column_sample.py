"""The first rows of a column file, and what each column of them holds."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, pairwise

from data_tools.readers import tag_schemes
from data_tools.readers.columns.dialect import SKIPPED_INDEX, SPACES, TAB, is_docstart, is_misc, split_lines
from data_tools.readers.columns.tag_notation import TagNotation, find_notation
from data_tools.readers.file_kinds import looks_like
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.sources import BLANK, BYTE_ORDER_MARK, open_source
from ner.errors import InputError
from ner.text.labels import NOT_ANNOTATED, OUTSIDE

_SAMPLE_ROWS = 5_000
_REGULAR_SHARE = 0.9  # of rows with one number of columns: the others are mistakes
_NUMBER = re.compile(r"[0-9]{1,9}")
_HAS_DIGIT, _DIGITS = re.compile(r"[0-9]"), re.compile(r"[0-9]+")
# Of phrases, not entities: Tjong Kim Sang and Buchholz 2000, https://aclanthology.org/W00-0726
_CHUNK_TYPES = frozenset(["NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP", "PC"])
_NOTHING = frozenset((OUTSIDE, "0", "_", "-", "*", ""))
TOKEN_NAME = re.compile(r"(?:token|word|form)s?", re.IGNORECASE)
TAG_NAME = re.compile(r"(?:ner?|entity|iob|bio)?[-_ ]?(?:tag|label|ner|entity)s?", re.IGNORECASE)
_COLUMN_NAMES = re.compile(
    r"(?:sent(?:ence)?|doc(?:ument)?|token|word|form|tag|label|ner|pos|upos|xpos|iob|bio|lemma|chunk|entity|text|annotation|misc|id|index)s?"
    r"(?:[_ ]?(?:id|no|num|number|idx|index|tag|label|type|#))?s?|ne(?:[-_][a-z]+)*|#",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ColumnSample:
    """The first rows of a file, without those of an unusual length where there is a usual one.

    `where` is the first row and its place, for messages; `columns` is None where the number varies, and then `uneven`
    names a row that is not as long as the first. `options` are what the user says about tags.
    """

    where: str
    separator: str
    columns: int | None
    rows: list[list[str]]
    options: ReadOptions
    header: str | None = None
    uneven: str | None = None
    kind: str = ""  # what the file looks like, for messages
    places: list[str] = field(default_factory=list)  # of the rows

    @classmethod
    def of(cls, path: str, options: ReadOptions) -> "ColumnSample":
        """The sample of a file. Raises `InputError` where it has no rows, or rows of one column."""
        lines, kind = _first_lines(path, options.encoding)
        separator, header, rows = split_rows([line for _, line in lines])
        if header is not None:
            lines = lines[1:]
            if not lines:
                raise InputError(f"{path}: no sentences: it holds only a line that names columns, {header[:80]!r}")
        places = [f"{path}:{number}: {line[:80]!r}" for number, line in lines]
        usual, count = Counter(map(len, rows)).most_common(1)[0]
        columns: int | None = usual
        uneven, kept = None, [i for i, row in enumerate(rows) if len(row) == usual]
        if count < _REGULAR_SHARE * len(rows):
            other = next(i for i, row in enumerate(rows) if len(row) != len(rows[0]))
            number, text = lines[other]
            uneven = f"{len(rows[0])} columns, but line {number}, {text[:80]!r}, has {len(rows[other])}"
            kept = [i for i, row in enumerate(rows) if len(row) > 1]
            columns = None
        elif usual == 1:
            expected = "expected a token and its tag, with a tab or spaces between them"
            raise InputError(f"{places[0]} is one column; {expected}{kind}")
        return cls(
            places[0],
            separator,
            columns,
            [rows[i] for i in kept],
            uneven=uneven,
            places=[places[i] for i in kept],
            options=options,
            header=header,
            kind=kind,
        )

    @property
    def width(self) -> int:
        """How many columns every row has at least."""
        return min(map(len, self.rows))

    def position(self, flag: str, column: int | None) -> int | None:
        """The column that a flag names, counted from the front where the number of columns is known.

        Raises `InputError`, naming a row that lacks it.
        """
        if column is None:
            return None
        if not -self.width <= column < self.width:
            row = next(i for i, row in enumerate(self.rows) if not -len(row) <= column < len(row))
            allowed = f"0 to {self.width - 1}, or -1 to {-self.width} from the end"
            raise InputError(f"{self.places[row]} has no column {column}; {flag} can be {allowed}")
        return column if self.columns is None else column % self.columns

    def check_even(self) -> None:
        """Raises `InputError`, naming two rows, where the number of columns varies."""
        if self.uneven is not None:
            remedy = "correct the file, or name --token_column and --tag_column, from 0, or from -1 at the end"
            raise InputError(f"{self.where} has {self.uneven}; {remedy}{self.kind}")

    def counts_up(self) -> bool:
        """Whether the first of three or more columns counts up, with a new start now and then."""
        if self.width < 3:
            return False
        words = [row[0] for row in self.rows if not SKIPPED_INDEX.fullmatch(row[0])]
        numbers = [int(word) if _NUMBER.fullmatch(word) else None for word in words]
        steps = [after == before + 1 for before, after in pairwise(numbers) if before is not None and after is not None]
        starts = sum(after in (0, 1) for after in numbers[1:])
        return any(steps) and sum(steps) + starts >= _REGULAR_SHARE * (len(words) - 1)

    @cached_property
    def candidates(self) -> tuple[int, ...]:
        """Columns that may hold tags, the last first; where rows differ in length, the last alone."""
        return (-1,) if self.columns is None else tuple(range(self.columns - 1, -1, -1))

    def cells(self, column: int) -> Counter[str]:
        """How often each text stands in a column."""
        return Counter(row[column] for row in self.rows)

    def notation(self, column: int) -> TagNotation | None:
        """How the tags of a column are written; None where it holds none."""
        return find_notation(self.cells(column), self.options.layer, self.options.type)

    def holds_tags(self, column: int) -> bool:
        """Whether at least half of the column are tags of the usual form."""
        good = sum(number for cell, number in self.cells(column).items() if tag_schemes.check_tag(cell, True) is None)
        return 2 * good >= len(self.rows)

    def tags(self, column: int, notation: TagNotation) -> list[str]:
        """The tags in a column that are good ones, O in place of those of unannotated tokens."""
        tags = notation.tags([row[column] for row in self.rows])
        return [
            OUTSIDE if tag == NOT_ANNOTATED else tag for tag in tags if tag_schemes.check_tag(tag, layers=True) is None
        ]

    def holds_chunks(self, column: int, notation: TagNotation) -> bool:
        """Whether the column tags phrases, not entities."""
        types = {tag[2:] for tag in self.tags(column, notation) if tag != OUTSIDE}
        return bool(types) and types <= _CHUNK_TYPES

    def identifies(self, column: int) -> bool:
        """Whether all values are numbers or ranges, or differ in their digits alone: `17`, `0-5`, `news_1`."""
        cells = self.cells(column)
        return all(map(_HAS_DIGIT.search, cells)) and len({_DIGITS.sub("0", cell) for cell in cells}) == 1

    def shown(self, column: int) -> str:
        """The most frequent values of a column, for messages: `'NNP', 'VBZ', 'IN'`."""
        return ", ".join(repr(cell[:30]) for cell, _ in self.cells(column).most_common(5))

    def seen_misc(self, columns: Iterable[int]) -> int | None:
        """The first of these columns in which `SpaceAfter=No` or the like stands."""
        return next((column for column in columns if any(map(is_misc, self.cells(column)))), None)


def types_beside(rows: Sequence[Sequence[str]], tag_column: int) -> int | None:
    """The column that names the types of bare prefixes in another one: it says something there, and nothing at O.

    So SUC 3 has its types: `Anna <TAB> B <TAB> person`, `sings <TAB> O <TAB> _`. Of several, the one with the fewest
    values.
    """
    outside = [row[tag_column] in _NOTHING for row in rows]
    others = [column for column in range(min(map(len, rows))) if column != tag_column]
    found = [column for column in others if [row[column] in _NOTHING for row in rows] == outside]
    return None if all(outside) else min(found, key=lambda column: len({row[column] for row in rows}), default=None)


def split_rows(lines: Sequence[str]) -> tuple[str, str | None, list[list[str]]]:
    """What separates columns (`TAB` or `SPACES`), the first line where it names them, and the columns of the others."""
    separator = TAB if 2 * sum("\t" in line for line in lines) >= len(lines) else SPACES
    header = lines[0].rstrip() if _names_columns(split_lines(lines[:1], separator)[0]) else None
    rows = split_lines(lines[header is not None :], separator)
    return separator, header, [row[:-1] if separator == TAB and len(row) > 2 and not row[-1] else row for row in rows]


def named_token(header: str | None, separator: str, columns: int | None) -> int | None:
    """The column that a line of names calls that of the tokens; None where it names none, or several."""
    [names] = split_lines([header or ""], separator)
    found = [column for column, name in enumerate(names) if TOKEN_NAME.fullmatch(name)]
    return found[0] if len(found) == 1 and len(names) == columns else None


def _names_columns(row: list[str]) -> bool:
    """Whether a first row names the columns: `Sentence # <TAB> Word <TAB> POS <TAB> Tag`, `offset token score tag`."""
    if any(map(TOKEN_NAME.fullmatch, row)) and any(map(TAG_NAME.fullmatch, row)):
        return True
    return len(row) > 1 and sum(_COLUMN_NAMES.fullmatch(cell) is not None for cell in row) > len(row) / 2


def beyond_doubt(lines: Sequence[str]) -> list[int]:
    """The places of lines that are surely rows; `#wow` may be a token and `#newdoc` a comment."""
    rows = [place for place, line in enumerate(lines) if not is_docstart(line) and not line.startswith(("# ", "#\t"))]
    return [place for place in rows if not lines[place].startswith("#")] or rows


def are_conll2012(rows: Sequence[Sequence[str]]) -> bool:
    """Whether rows are those of CoNLL-2012: document, part and number of the word come first, the parse later."""
    long = all(len(row) > 10 and row[1].isdecimal() and row[2].isdecimal() for row in rows)
    return long and rows[0][5].startswith("(")


def _first_lines(path: str, encoding: str) -> tuple[list[tuple[int, str]], str]:
    """The first lines of a file that may be rows, at least one, each with its number; what the file looks like."""
    with open_source(path) as file:
        # A byte that is not UTF-8 does no harm here; who reads the file names it.
        decoded = (
            line.decode(encoding, errors="replace").removeprefix(BYTE_ORDER_MARK).rstrip("\r\n") for line in file
        )
        rows = ((number, line) for number, line in enumerate(decoded, 1) if line.strip(BLANK) and beyond_doubt([line]))
        lines = list(islice(rows, _SAMPLE_ROWS))
        if not lines:
            held = "only blank lines, comments and -DOCSTART- lines" if file.tell() else "nothing"
            raise InputError(
                f"{path}: no sentences: it holds {held}; name a file with a token and its tag in each line"
            )
    with open_source(path) as file:
        kind = looks_like(file.read(1 << 16))
    return [lines[place] for place in beyond_doubt([line for _, line in lines])], kind
