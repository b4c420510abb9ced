"""Text with the places of its tokens: what a tagger reads where nobody has split the text before."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from ner.text.grapheme_clusters import PREPENDED, cluster_starts
from ner.text.labels import OUTSIDE
from ner.text.sentence import Sentence

# A mark inside a word: a comma between digits, a colon between digits or before a lower-case ending, as in Finnish.
_INSIDE = r"(?: '(?!s\b) | [.&-] | [,:](?<=\d[,:])(?=\d) | :(?=[a-z]) )"
_REST_OF_URL = r"[\w/.,:'&@#!?=%~+-]* [\w/]"  # without the mark that ends its sentence
_TOKEN = re.compile(
    r"""
      \w\w+ (?: ://REST_OF_URL | (?: INSIDE \w+ )* )  # http://x.org/a; O'Brien, AT&T, twenty-one, 1,000.5, 10:30
    | (?:[^\W\d_]\.){2,} (?:[^\W\d_]\b)?      # an abbreviation: U.S., U.S.A
    | [^\W\d_]\.(?=\s+\w)                     # an initial: the J. of J. Smith
    | 's\b                                    # a possessive, as annotated corpora split it
    | [@#]?\w+ (?: INSIDE \w+ )*              # the first one after a mark, or of one letter
    | \.\.+ | !!+ | \?\?+ | --+               # a mark several times
    | \S                                      # any other mark stands alone
    """.replace("INSIDE", _INSIDE).replace("REST_OF_URL", _REST_OF_URL),
    re.VERBOSE,
)
KEPT_MARKS = "'&,-.:@#"  # of which some rule keeps one in a token with letters or digits
_NOT_ASCII = re.compile("[^\x00-\x7f]")  # ASCII characters are their own shapes
_ALONE = "|"  # a mark that stands alone
_LETTER = "a"  # and any other that is lower-case
_WITHOUT_SPACES = ("CJK UNIFIED", "CJK COMPATIBILITY", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")


def shape_of(code_point: int) -> str:
    """The character that stands for one whose part in a token `re` cannot know; else the character itself.

    A lower-case letter is an ASCII one, a combining mark that stands first a letter, and a format character that stands
    first white space; in scripts without spaces a letter is a token.
    """
    character = chr(code_point)
    category = unicodedata.category(character)
    if category == "Cf" and character not in PREPENDED:
        return " "
    if category.startswith("M") or (category == "Ll" and not character.isascii()):
        return _LETTER
    if character == "\N{RIGHT SINGLE QUOTATION MARK}":
        return "'"
    if category != "Nd" and unicodedata.name(character, "").startswith(_WITHOUT_SPACES):
        return _ALONE
    return character


def is_token(letter: str) -> bool:
    """Whether a letter is a token by itself wherever it stands, because its script has no spaces."""
    return shape_of(ord(letter)) == _ALONE


class _Shapes(dict[int, str]):
    """For `str.translate`: `shape_of`, each computed once."""

    def __missing__(self, code_point: int) -> str:
        self[code_point] = shape_of(code_point)
        return self[code_point]


_SHAPES = _Shapes()


def _shapes_of(text: str) -> str:
    """The shape of each character; few texts have one that is not its own shape."""
    return text.translate(_SHAPES) if any(_SHAPES[ord(one)] != one for one in set(_NOT_ASCII.findall(text))) else text


def _token_bounds(shapes: str, lone_marks: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """First character of each token, and the one after its last."""
    if lone_marks:
        shapes = shapes.translate(dict.fromkeys(map(ord, lone_marks), _ALONE))
    found = [match.span() for match in _TOKEN.finditer(shapes)]
    return tuple(zip(*found, strict=True)) if found else ((), ())  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """A text and its tokens in order, none empty: token i is `text[starts[i]:ends[i]]`."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    @classmethod
    def from_text(cls, text: str, lone_marks: str = "") -> "TokenizedText":
        """The text as it is given, with tokens found by one rule for every language.

        A token is a run of letters, digits and marks inside it that belong to a word, or else a single character that
        is no white space: `"J. Smith's U.S.-based firm."` -> `J.`, `Smith`, `'s`, `U.S.`, `-`, `based`, `firm`, `.`.
        A hyphen joins: `London-based` is one token; so does a colon between digits, and one before a lower-case letter:
        `10:30`, `EU:n`. A URL is one token, and so are `...`, `!!`, `??` and `--`. In scripts
        without spaces each letter is one. No token begins or ends inside a grapheme cluster
        (`ner.text.grapheme_clusters`): a family of emoji or a letter with marks is one. Format characters, such as a
        soft hyphen or a mark of direction, never begin a token.

        Those of `KEPT_MARKS` that `lone_marks` names are tokens by themselves everywhere: with `-` and `'`, `Smith's`
        is three tokens, and so is `London-based`. `'` stands for the right single quotation mark too.
        """
        if text.isascii():  # every character is a cluster, and its own shape
            return cls(text, *_token_bounds(text, lone_marks))
        places = cluster_starts(text)
        if places is None:
            return cls(text, *_token_bounds(_shapes_of(text), lone_marks))
        firsts = "".join([text[place] for place in places[:-1]])  # of each cluster, which decides alone
        starts, ends = _token_bounds(_shapes_of(firsts), lone_marks)
        return cls(text, tuple(places[start] for start in starts), tuple(places[end] for end in ends))

    @classmethod
    def from_tokens(cls, tokens: Sequence[str], space_after: Sequence[bool] | None = None) -> "TokenizedText":
        """The tokens joined by one space, or by none where `space_after` is False."""
        spaces = [True] * len(tokens) if space_after is None else space_after
        sentence = Sentence(tuple(tokens), (OUTSIDE,) * len(tokens), tuple(spaces))
        starts, ends = sentence.token_spans
        return cls(sentence.text if tokens else "", tuple(starts), tuple(ends))

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens' texts."""
        return tuple(self.text[start:end] for start, end in zip(self.starts, self.ends, strict=True))
