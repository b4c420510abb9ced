"""Tokens with the spaces that running text would have: the way back from a corpus that does not say where they stood.

`He said : " AT&T ( U.S. ) won 3 - 1 . "` -> `He said: "AT&T (U.S.) won 3-1."`. The rules are about punctuation, English
contractions and scripts without spaces. They are rules of thumb; BUILD_NOTES.md says how often they are right.
"""

import re
from collections.abc import Sequence

_JOINED_LEFT = re.compile(
    r"""
      [.,;:!?\u2026%\u00b0\u2032\u2033]+    # marks that follow a word: `.`, `...`, `?!`
    | [)\]}\u00bb\u203a\u201d] | ''         # closing brackets and quotes
    | ['\u2019] (?i:s|re|ve|ll|d|m)         # contractions: `'s`
    | (?i:n['\u2019]t)
    """,
    re.VERBOSE,
)
_JOINED_RIGHT = re.compile(r"[(\[{\u00ab\u2039\u00bf\u00a1$\u00a3\u20ac\u00a5#@]|``")  # opening brackets, currencies
_BETWEEN_WORDS = frozenset(("-", "/", "\u2014"))
_BETWEEN_NUMBERS = frozenset((":", "\u2013"))
_CLOSING = {  # of each quote that opens
    '"': '"',
    "'": "'",
    "\u201c": "\u201d",
    "\u201e": "\u201c\u201d",
    "\u2018": "\u2019",
    "\u201a": "\u2018\u2019",
}
_NO_SPACES = re.compile(  # Thai and Lao, Myanmar, Khmer, Chinese and Japanese
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)


def space_after(tokens: Sequence[str]) -> tuple[bool, ...]:
    """Whether a space follows each token in running text; False for the last one."""
    spaces = [True] * len(tokens)
    text = "".join(tokens)
    dense = 2 * len(_NO_SPACES.findall(text)) > len(text)  # a text in such a script has no spaces at its numbers either
    open_quotes: list[str] = []
    for index, token in enumerate(tokens):
        before = tokens[index - 1] if index else ""
        after = tokens[index + 1] if index + 1 < len(tokens) else ""
        left, right = _quote(token, before, tokens[index + 1 :], open_quotes)
        left = left or _JOINED_LEFT.fullmatch(token) is not None
        right = right or _JOINED_RIGHT.fullmatch(token) is not None
        if token in _BETWEEN_WORDS and before[-1:].isalnum() and after[:1].isalnum():
            left = right = True
        if token in _BETWEEN_NUMBERS and before[-1:].isdigit() and after[:1].isdigit():
            left = right = True
        scripts = [bool(_NO_SPACES.match(character)) for character in (before[-1:], token[0])]
        if index and (left or all(scripts) or (dense and any(scripts))):
            spaces[index - 1] = False
        if right:
            spaces[index] = False
    return (*spaces[:-1], False) if spaces else ()


def _quote(token: str, before: str, later: Sequence[str], open_quotes: list[str]) -> tuple[bool, bool]:
    """Whether a token is joined to the one before and to the one after because it is a quote; keeps `open_quotes`."""
    closed = [depth for depth, opening in enumerate(open_quotes) if token in _CLOSING[opening]]
    if closed:
        del open_quotes[closed[-1] :]
        return True, False
    if token not in _CLOSING:
        return False, False
    if token == "'" and before.endswith(("s", "S")) and "'" not in later:  # a possessive: `the players ' union`
        return True, False
    open_quotes.append(token)
    return False, True
