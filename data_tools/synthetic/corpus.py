"""Documents of invented sentences, divided into training, validation and test."""

from collections.abc import Callable
from dataclasses import dataclass

from data_tools.synthetic import style
from data_tools.synthetic.grammar import Writer, parse
from data_tools.synthetic.names import SPLITS, Cast, Inventory
from data_tools.synthetic.phrases import CLAUSES, ENTITIES, PEOPLE, QUANTITIES
from data_tools.synthetic.portable_random import PortableRandom
from data_tools.synthetic.sentences import FRAME, LEISURE, NEWS
from ner.text.sentence import Sentence

Document = list[Sentence]
Spelling = Callable[[Sentence], Sentence]

RULES = parse({**ENTITIES, **PEOPLE, **QUANTITIES, **CLAUSES, **NEWS, **LEISURE, **FRAME})


@dataclass(frozen=True)
class Kind:
    """A kind of document: the rules of its sentences, of its headline if it has one, and how it is spelled."""

    sentences: tuple[str, ...]
    headline: str = ""
    spellings: tuple[Spelling, ...] = (style.sentence_case,)


_POST_SPELLINGS = (style.lower_case, style.lower_case, style.lower_case, style.sentence_case)

# How often each kind is written; within a kind, a rule that is named twice is twice as frequent.
KINDS = (
    *[Kind(("politics", "politics", "politics", "local", "plain"), "politics-headline")] * 4,
    *[Kind(("business", "business", "business", "politics", "plain"), "business-headline")] * 4,
    *[Kind(("local", "local", "plain", "politics"), "local-headline")] * 3,
    *[Kind(("sport", "sport", "sport", "results", "plain"), "sport-headline")] * 3,
    *[Kind(("culture", "culture", "culture", "local", "plain"), "culture-headline")] * 3,
    *[Kind(("post", "post", "plain"), spellings=_POST_SPELLINGS)] * 2,
    Kind(("results",), "results-headline"),
    Kind(("politics", "sport", "local", "post"), spellings=(style.lower_case,)),
)


def invent(num_sentences: int, seed: int) -> dict[str, list[Document]]:
    """Split name -> documents: 80% of `num_sentences` in train, 10% in validation, 10% in test.

    The same arguments give the same corpus on every machine and Python version.
    """
    dice = PortableRandom(seed)
    inventory = Inventory(dice)
    tenth = num_sentences // 10
    sizes = {"train": num_sentences - 2 * tenth, "validation": tenth, "test": tenth}
    return {split: _documents(sizes[split], split, inventory, dice) for split in SPLITS}


def _documents(num_sentences: int, split: str, inventory: Inventory, dice: PortableRandom) -> list[Document]:
    documents: list[Document] = []
    missing = num_sentences
    while missing:
        slots = {**Cast(inventory, split, dice).slots, **number_slots(dice)}
        document = _document(dice.pick(KINDS), Writer(RULES, slots, dice), dice)[:missing]
        documents.append(document)
        missing -= len(document)
    return documents


def _document(kind: Kind, writer: Writer, dice: PortableRandom) -> Document:
    document = []
    if kind.headline:
        spelling: Spelling = style.capitals if dice.chance(0.5) else style.sentence_case
        document.append(spelling(style.tidy(writer.write(kind.headline))))
        if dice.chance(0.4):
            document.append(style.tidy(writer.write("dateline")))
    for _ in range(dice.number(5, 16)):
        spelling = dice.pick(kind.spellings)
        document.append(spelling(style.tidy(writer.write(dice.pick(kind.sentences)))))
    return document


def number_slots(dice: PortableRandom) -> dict[str, Callable[[], str]]:
    """Slots of figures and letters."""
    return {
        "few": lambda: str(dice.number(1, 9)),
        "day": lambda: str(dice.number(10, 28)),
        "count": lambda: str(dice.number(30, 990)),
        "hour": lambda: str(dice.number(6, 11)),
        "year": lambda: str(dice.number(1921, 2024)),
        "letter": lambda: dice.pick("ABCDEFGHJKLMNPRSTVW"),
        "acronym": lambda: dice.pick("BDKNRTU") + dice.pick("QVXZ") + dice.pick("BCFKOU"),
    }
