"""Tag schemes of annotated corpora, recognised and turned into IOB2: IOB1, IOE2, BIOES, BILOU, BMES, BMEWO, ...

A tag is `O` or `PREFIX-TYPE`. B, S, U and W open an entity; I, M, E and L continue the one before them where that is of
their type and still open, and open one otherwise; S, U, W, E and L close it. So a tag's IOB2 form depends on that tag
and the one before it alone, in every scheme. The rule for I is `conlleval`'s (Tjong Kim Sang and De Meulder 2003).
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from ner.console import counted
from ner.text.labels import NOT_ANNOTATED, OUTSIDE, split_label

ACCEPTED = "O, B-TYPE or I-TYPE (of other schemes also E-, S-, L-, U-, M-, W-TYPE)"

_TAG = re.compile(r"O|[BIELSUMW]-\S+")
_TAG_AS_TYPE = re.compile(r"[BIELSUMW]-([BI]-([^\W\d]\S*))")
_LAYERED = re.compile(r"(?:O|[BIELSUMW]-\S+)\|(?:O|[BIELSUMW]-\S+)")
# `B-LOC,B-ORG`, `B-LOC#B-ORG`; but not `B-phone/E-mail`
_JOINED = re.compile(r"(?:O|[BIELSUMW]-\S+?)([,;#+&/])[BI]-[^\W\d]\S*")
_SEVERAL = re.compile(r"(?:O|[BIELSUMW]-\S+)(?:\s+(?:O|[BIELSUMW]-\S+))+")  # with spaces between them
_TAKEN = ("missed", "spurious")  # in a confusion matrix of entities
_OPENS, _CLOSES = frozenset("BSUW"), frozenset("SUELW")


@lru_cache(maxsize=1 << 14)
def type_name(text: str) -> str:
    """An entity type as labels name it: without spaces, and not one of the two words that stand for no type in reports.

    `"geographic location"` -> `"geographic_location"`, `"missed"` -> `"missed_"`.
    """
    name = "_".join(text.split())
    return f"{name}_" if name in _TAKEN else name


@lru_cache(maxsize=1 << 14)
def check_tag(tag: str, layers: bool = False) -> str | None:
    """What is wrong with a tag, or None where it is `O` or `PREFIX-TYPE` of some scheme.

    A type is any text without white space: `"B-creative-work"` and `"I-GPE.1"` are fine, `"B_PER"`, `"I-"`, `"b-per"`,
    `"X-PER"` and `NOT_ANNOTATED` are not. Nor is one whose type is a tag, `"B-I-PER"`, as of spans that mark tokens;
    nor are several tags in one, `"B-ORG|B-LOC"` or `"B-ORG,B-LOC"`, unless `layers` are allowed.
    """
    if (several := _of_layers(tag)) is not None:
        return None if layers else several
    if (typed := _TAG_AS_TYPE.fullmatch(tag)) is not None:
        named = f"if that is its name, write {typed[1].replace('-', '_', 1)!r}"
        return (
            f"entity type {typed[1]!r} is a tag of tokens; expected {typed[2]!r}, once for the whole entity ({named})"
        )
    if _TAG.fullmatch(tag):
        return None
    if holds_several(tag):
        return f"{tag[:60]!r} holds the tags of several tokens; write a line for each token"
    if tag.startswith("(") or tag.endswith(")"):
        return f"bracket {tag!r} is without its other half, or within another one: entities must not be nested"
    return f"tag {tag!r} is not {ACCEPTED}"


def _of_layers(tag: str) -> str | None:
    """What to do about a tag that is several, of layers of annotation; None where it is not."""
    choice = "choose one with --layer=0, --layer=1, ..."
    if "|" in tag and _LAYERED.fullmatch(tag):
        return f"tag {tag!r} holds the tags of several layers; {choice}"
    if (joined := _JOINED.fullmatch(tag)) is not None:
        remedy = f"keep one, or write '|' for {joined[1]!r} between them and {choice}"
        return f"tag {tag!r} holds several tags; {remedy}"
    return None


def holds_several(cell: str) -> bool:
    """Whether a cell holds tags with spaces between them, as where a line is a sentence: no type has such a name."""
    return _SEVERAL.fullmatch(cell) is not None


def to_iob2(tags: Sequence[str]) -> tuple[str, ...]:
    """The tags of one sentence in IOB2, as many as came in.

    Of any scheme: `["I-LOC", "I-LOC", "B-LOC"]` -> `("B-LOC", "I-LOC", "B-LOC")`, `["S-PER", "B-ORG", "E-ORG"]` ->
    `("B-PER", "B-ORG", "I-ORG")`. The tags must have passed `check_tag`.
    `NOT_ANNOTATED` stays, and what follows it begins an entity or is O.
    """
    if tags.count(OUTSIDE) == len(tags):
        return tuple(tags)
    return tuple(map(_iob2, (OUTSIDE, *tags), tags))


@lru_cache(maxsize=1 << 16)  # as many as there are pairs of labels, of which a record can name 255
def _iob2(previous: str, tag: str) -> str:
    if tag in (OUTSIDE, NOT_ANNOTATED):
        return tag
    return f"{'B' if _opens(previous, tag) else 'I'}-{split_label(tag)[1]}"


def _opens(previous: str, tag: str) -> bool:
    """Whether `tag`, not O, is the first of an entity when it follows `previous`."""
    prefix, entity_type = split_label(tag)
    return prefix in _OPENS or not _is_open(previous, entity_type)


def _is_open(tag: str, entity_type: str) -> bool:
    """Whether an entity of that type may go on after `tag`."""
    prefix, type_before = split_label(tag)
    return type_before == entity_type and prefix not in _CLOSES


@dataclass
class SchemeEvidence:
    """How often each tag followed each other tag: all that tells the schemes apart. Adds up over parts of a corpus.

    `pairs[previous, tag]` counts; the first tag of a sentence counts as following O.
    """

    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add_sentence(self, tags: Sequence[str]) -> None:
        """Counts the tags, as they stand in the corpus, of one more sentence; `NOT_ANNOTATED` as O."""
        if NOT_ANNOTATED in tags:
            tags = [OUTSIDE if tag == NOT_ANNOTATED else tag for tag in tags]
        self.pairs.update(zip((OUTSIDE, *tags), tags, strict=False))

    def add_tags(self, tag_ids: np.ndarray, names: Sequence[str], begins: np.ndarray) -> None:
        """Counts the tags of many sentences: int [W] into `names`, of which the first is O.

        `begins`, bool [W], tells where a sentence begins.
        """
        previous = np.where(begins, 0, np.roll(tag_ids, 1))
        numbers = np.bincount(previous * len(names) + tag_ids)
        for pair in np.flatnonzero(numbers).tolist():
            before, tag = divmod(pair, len(names))
            self.pairs[names[before], names[tag]] += int(numbers[pair])

    def add(self, other: "SchemeEvidence") -> None:
        """Counts what another part of the corpus holds."""
        self.pairs.update(other.pairs)

    @property
    def openings(self) -> Counter[str]:
        """Entities by the prefix of their first tag."""
        return self._count_prefixes(pair for pair in self.pairs if pair[1] != OUTSIDE and _opens(*pair))

    @property
    def name(self) -> str:
        """`IOB2`, `IOB1`, `IOE2`, `IOE1`, `BIOES`, `BILOU`, `BMES`, `BMEWO`, or `mixed` where several of them meet."""
        prefixes = set(self._count_prefixes(self.pairs))
        if prefixes & set("MW"):
            if prefixes <= set("BMEW") and "W" in prefixes:
                return "BMEWO"
            return "BMES" if prefixes <= set("BMES") else "mixed"
        if "E" in prefixes and prefixes <= set("IE"):
            # In IOE1, E- stands only between two neighbours of one type; elsewhere an entity ends with I-.
            unclosed = sum(n for (before, tag), n in self.pairs.items() if before[0] == "I" and tag == OUTSIDE)
            return "IOE1" if unclosed else "IOE2"
        if prefixes & set("ES"):
            return "BIOES" if prefixes <= set("BIES") else "mixed"
        if prefixes & set("LU"):
            return "BILOU"
        # In IOB1, B- stands only between two neighbours of one type; any other B- speaks for IOB2.
        needed = sum(n for (before, tag), n in self.pairs.items() if tag[0] == "B" and _is_open(before, tag[2:]))
        return "IOB1" if self.openings["I"] > self.openings["B"] - needed else "IOB2"

    def describe(self) -> str:
        """One line for the user: `"IOB1 (3,120 entities: 3,098 open with I-, 22 with B-)"`.

        Tags that open an entity although their scheme says otherwise are counted in it.
        """
        name, openings = self.name, self.openings
        if not openings:
            return f"{name} (no entities)"
        text = counted(openings.total(), "entity", "entities")
        if name == "IOB1":
            return f"{name} ({text}: {openings['I']:,} open with I-, {openings['B']:,} with B-)"
        if name == "mixed":
            prefixes = self._count_prefixes(self.pairs)
            text += ": " + ", ".join(f"{count:,} {prefix}-" for prefix, count in sorted(prefixes.items()))
        repaired = {prefix: count for prefix, count in sorted(openings.items()) if prefix not in _OPENS}
        if repaired:
            kinds = " and ".join(f"{count:,} {prefix}-" for prefix, count in repaired.items())
            what = "tag opens an entity and was" if sum(repaired.values()) == 1 else "tags open an entity and were"
            text += f"; {kinds} {what} read as B-"
        return f"{name} ({text})"

    def _count_prefixes(self, pairs: Iterable[tuple[str, str]]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for pair in pairs:
            if pair[1] != OUTSIDE:
                counts[pair[1][0]] += self.pairs[pair]
        return counts
