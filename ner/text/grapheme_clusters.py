"""Characters that are seen as one, so that no token begins or ends inside: letters with marks, joined emoji, flags.

After the extended grapheme clusters of https://www.unicode.org/reports/tr29/, with a rule that looks at two characters
only: a character belongs to the one before if it is a combining mark, a joiner, a modifier or a format character, if it
is a pictograph after a joiner, or a regional indicator after another one. So neighbouring flags are one cluster;
characters that belong to the one after them (`Prepend`, a few signs before Arabic and Indic numbers) are not joined.
Format characters, such as the soft hyphen, are joined as in the word boundaries of the same document (rule WB4): they
do not end a word.
"""

import re
import unicodedata

EXTENDING, JOINER, PICTOGRAPH, INDICATOR, SPACE, OTHER = "mjpr x"
_CONTINUES = re.compile(f"(?<=[^{SPACE}])[{EXTENDING}{JOINER}]|(?<={JOINER}){PICTOGRAPH}|(?<={INDICATOR}){INDICATOR}")
_ALONE = (PICTOGRAPH, SPACE, OTHER)  # unless a joiner stands before a pictograph
_MAY_CONTINUE = re.compile("[\N{SOFT HYPHEN}\u0300-\U0010ffff]")  # nothing else does
_EXTENDING_LETTERS = "\u0e33\u0eb3\uff9e\uff9f"
# Format characters that belong to the one after them, of the class Prepend.
PREPENDED = "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
_NOT_EXTENDING = "\N{ZERO WIDTH SPACE}" + PREPENDED  # the one is a boundary of words


def class_of(code_point: int) -> str:
    """What a code point is to its neighbours: one of the six characters above."""
    character = chr(code_point)
    if character == "\N{ZERO WIDTH JOINER}":
        return JOINER
    if 0x1F1E6 <= code_point <= 0x1F1FF:
        return INDICATOR
    is_tone = 0x1F3FB <= code_point <= 0x1F3FF
    category = unicodedata.category(character)
    is_format = category == "Cf" and character not in _NOT_EXTENDING
    if category.startswith("M") or is_format or is_tone or character in _EXTENDING_LETTERS:
        return EXTENDING
    if character.isspace():
        return SPACE
    return PICTOGRAPH if category == "So" else OTHER


class _Classes(dict[int, str]):
    """For `str.translate`: `class_of`, each computed once."""

    def __missing__(self, code_point: int) -> str:
        self[code_point] = class_of(code_point)
        return self[code_point]


_CLASSES = _Classes()


def cluster_starts(text: str) -> list[int] | None:
    """First character of each cluster, and the length of the text; None where every character is a cluster."""
    if all(_CLASSES[ord(character)] in _ALONE for character in set(_MAY_CONTINUE.findall(text))):
        return None
    continuing = {match.start() for match in _CONTINUES.finditer(text.translate(_CLASSES))}
    if not continuing:
        return None
    return [index for index in range(len(text) + 1) if index not in continuing]
