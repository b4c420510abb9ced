"""Sentences in a text of several, by rule: for models that were trained on one sentence at a time.

A sentence ends at a mark such as `.` or `?`, with the quotes and brackets that touch it, where white space and no small
letter follows, and at an empty line. A full stop after a title (`Dr.`), an initial or a number of one or two digits
ends none; `U.S.` and the like are tokens of their own.
"""

import re
from itertools import pairwise

from ner.text.tokenizer import TokenizedText

_END_MARKS = frozenset(".!?\u2026\u0964\u061f\u06d4\u104b\u1362\u17d4")  # also of Hindi, Arabic, Urdu, Burmese, ...
_WIDE_END_MARKS = frozenset("\u3002\uff01\uff1f\uff61")  # of Chinese and Japanese, which put no space after them
_CLOSING = frozenset("\"')]}\u00bb\u201d\u2019\u300d\u300f")
_ABBREVIATION = re.compile(
    "Mr|Mrs|Ms|Dr|Prof|St|Ste|Mt|Ft|Gen|Col|Maj|Capt|Lt|Sgt|Cpl|Rev|Hon|Sen|Rep|Gov|Jr|Sr|Inc|Ltd|Corp|Co|vs|No|Nos|Vol"
    "|Fig|pp|ca|cf|approx|Hr|Fr|Nr|bzw|Abb"
)
_SHORT_NUMBER = re.compile(r"\d{1,2}")
_EMPTY_LINE = re.compile(r"\n\s*\n|\u2029")


def sentences_of(text: TokenizedText) -> list[TokenizedText]:
    """The sentences in order, each a text of its own; together they have all tokens. Of a text without tokens, none."""
    bounds = [*sentence_starts(text), len(text.starts)]
    parts = []
    for first, end in pairwise(bounds):
        origin = text.starts[first]
        starts = tuple(start - origin for start in text.starts[first:end])
        ends = tuple(position - origin for position in text.ends[first:end])
        parts.append(TokenizedText(text.text[origin : origin + ends[-1]], starts, ends))
    return parts


def sentence_starts(text: TokenizedText) -> list[int]:
    """Index of the first token of each sentence."""
    tokens, starts, ends = text.tokens, text.starts, text.ends
    found = [0] if tokens else []
    ended = wide = False  # whether the tokens so far end a sentence, and with a mark that no space follows
    for index in range(1, len(tokens)):
        before = tokens[index - 1]
        if _END_MARKS.issuperset(before) or before in _WIDE_END_MARKS:
            ended, wide = not _is_within(tokens, index - 1), before in _WIDE_END_MARKS
        elif before not in _CLOSING or starts[index - 1] > ends[index - 2]:
            ended = False
        gap = text.text[ends[index - 1] : starts[index]]
        goes_on = tokens[index][0].islower() if gap else not wide or tokens[index] in _CLOSING | _WIDE_END_MARKS
        if (ended and not goes_on) or _EMPTY_LINE.search(gap):
            found.append(index)
    return found


def _is_within(tokens: tuple[str, ...], index: int) -> bool:
    """Whether the full stop at `index` belongs to the token before it."""
    if tokens[index] != "." or index == 0:
        return False
    before = tokens[index - 1]
    initial = len(before) == 1 and before.isupper()
    return initial or any(pattern.fullmatch(before) for pattern in (_ABBREVIATION, _SHORT_NUMBER))
