"""Sentences with their tags from rewriting rules.

A rule is a name and its patterns, one a line. A pattern is text that is already cut into tokens:

    <speaker> flew to [LOC <town>] on|last <weekday> .

`on|last` is one of the two words (`very|` is `very` or nothing), `<weekday>` a pattern of that rule or, where there is
no such rule, the slot of that name, and `[LOC ...]` an entity, so that text and tags cannot disagree. A line that
starts with `3 *` counts three times.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from data_tools.synthetic.portable_random import PortableRandom
from ner.text.labels import OUTSIDE
from ner.text.sentence import Sentence

Rules = Mapping[str, list[list[str]]]

_REPEATED = re.compile(r"(?:(\d+) \* )?(.+)")
REFERENCE = re.compile(r"<([a-z-]+)>")


def parse(text: Mapping[str, str]) -> dict[str, list[list[str]]]:
    """Rule name -> its patterns, each a list of pieces: `[LOC <town>] .` is `["[LOC", "<town>", "]", "."]`."""
    rules: dict[str, list[list[str]]] = {}
    for name, patterns in text.items():
        rules[name] = []
        for line in patterns.strip().splitlines():
            weight, pattern = _REPEATED.fullmatch(line.strip()).groups()  # type: ignore[union-attr]
            rules[name] += [pattern.replace("]", " ]").split()] * int(weight or 1)
    return rules


class Writer:
    """Writes sentences by `rules`; `slots` fill what is no rule, such as names and numbers."""

    def __init__(self, rules: Rules, slots: Mapping[str, Callable[[], str]], rng: PortableRandom) -> None:
        self._rules, self._slots, self._rng = rules, slots, rng
        self._written: list[list[str]] = []

    def write(self, rule: str) -> Sentence:
        """A sentence by one of the rule's patterns, rarely by one that this writer has used.

        Raises KeyError on a reference that is neither a rule nor a slot, ValueError on an entity within an entity.
        """
        pattern = self._rng.pick(self._rules[rule])
        if pattern in self._written:
            pattern = self._rng.pick(self._rules[rule])
        self._written.append(pattern)
        return tagged(self._expand(pattern))

    def _expand(self, pattern: list[str]) -> Iterator[str]:
        for piece in pattern:
            reference = REFERENCE.fullmatch(piece)
            if reference and reference[1] in self._rules:
                yield from self._expand(self._rng.pick(self._rules[reference[1]]))
            else:
                word = self._rng.pick(piece.split("|"))
                yield from REFERENCE.sub(lambda slot: self._slots[slot[1]](), word).split()


def tagged(pieces: Iterable[str]) -> Sentence:
    """The sentence of expanded pieces: `["in", "[LOC", "New", "York", "]"]` -> in/O New/B-LOC York/I-LOC."""
    tokens: list[str] = []
    tags: list[str] = []
    open_type, prefix = "", ""
    for piece in pieces:
        if piece.startswith("["):
            if open_type:
                raise ValueError(f"entity {piece[1:]} within {open_type}: {' '.join(tokens)}")
            open_type, prefix = piece[1:], "B"
        elif piece == "]":
            open_type = ""
        else:
            tokens.append(piece)
            tags.append(f"{prefix}-{open_type}" if open_type else OUTSIDE)
            prefix = "I"
    return Sentence.from_tokens(tokens, tags)
