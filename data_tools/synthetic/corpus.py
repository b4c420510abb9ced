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
    rng = PortableRandom(seed)
    inventory = Inventory(rng)
    tenth = num_sentences // 10
    sizes = {"train": num_sentences - 2 * tenth, "validation": tenth, "test": tenth}
    return {split: _documents(sizes[split], split, inventory, rng) for split in SPLITS}


def _documents(num_sentences: int, split: str, inventory: Inventory, rng: PortableRandom) -> list[Document]:
    documents: list[Document] = []
    missing = num_sentences
    while missing:
        slots = {**Cast(inventory, split, rng).slots, **number_slots(rng)}
        document = _document(rng.pick(KINDS), Writer(RULES, slots, rng), rng)[:missing]
        documents.append(document)
        missing -= len(document)
    return documents


def _document(kind: Kind, writer: Writer, rng: PortableRandom) -> Document:
    document = []
    if kind.headline:
        spelling: Spelling = style.capitals if rng.chance(0.5) else style.sentence_case
        document.append(spelling(style.tidy(writer.write(kind.headline))))
        if rng.chance(0.4):
            document.append(style.tidy(writer.write("dateline")))
    for _ in range(rng.number(5, 16)):
        spelling = rng.pick(kind.spellings)
        document.append(spelling(style.tidy(writer.write(rng.pick(kind.sentences)))))
    return document


def number_slots(rng: PortableRandom) -> dict[str, Callable[[], str]]:
    """Slots of figures and letters."""
    return {
        "few": lambda: str(rng.number(1, 9)),
        "day": lambda: str(rng.number(10, 28)),
        "count": lambda: str(rng.number(30, 990)),
        "hour": lambda: str(rng.number(6, 11)),
        "year": lambda: str(rng.number(1921, 2024)),
        "letter": lambda: rng.pick("ABCDEFGHJKLMNPRSTVW"),
        "acronym": lambda: rng.pick("BDKNRTU") + rng.pick("QVXZ") + rng.pick("BCFKOU"),
    }
