"""Invented names, composed of syllables: the inventory of a corpus and the cast of one document.

One name plays several parts, as in real text: `Tarvel` is a family name, a town and half of a company. About a third
of the names in validation and in test occur in no other split.
"""

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from data_tools.synthetic.portable_random import PortableRandom

T = TypeVar("T")

SPLITS = ("train", "validation", "test")
_OWN_SHARE = 0.4  # how often validation and test use a name that only they have
_CAST_SHARE = 0.7  # how often a document returns to a name of its cast


class Person(NamedTuple):
    """A person's names."""

    given: str
    surname: str


class Country(NamedTuple):
    """A country, what comes from it and who lives there: `Norvia`, `Norvian`, `Norvians`."""

    name: str
    adjective: str
    people: str


def _compose(stems: str, ends: str) -> list[str]:
    return [stem + end for stem in stems.split() for end in ends.split()]


def _countries(stems: str, *forms: tuple[str, str, str]) -> list[Country]:
    return [Country(*(stem + end for end in form)) for stem in stems.split() for form in forms]


# Family names and towns have the stems and four endings in common: two in five of each are also one of the other.
_STEMS = (
    "Arb Borl Brem Cald Corv Dalm Drav Elst Fenm Gurr Hald Hest Istr Jarl Kolv Lorm "
    "Morr Nordv Ostr Parn Quill Rasv Sald Selk Tarv Tolm Ulv Vask Vell Wesk Yarm Zeld"
)
_NAMES = {
    "surname": _compose(_STEMS, "el in ov ard ack ane esen itt olo oy én"),
    "town": _compose(_STEMS, "el in ov ard ahafen ay emouth ery ingham obridge ö"),
    "given": _compose(
        "Bren Calv Dorv Ewel Fenn Ilv Jask Kerr Lisk Maev Nolv Orv Pell Ruv Sylm Tamv Verd Wilm Yann Zor",
        "a ael ek ina is on wen ric ette o é",
    ),
    "brand": _compose(
        "Azv Bexl Corm Dynk Evl Flosk Gexl Hubr Kodv Lumv Nexk Opv Prisk Quazl Synd Tekl Vexl Zylm",
        "ora ix ium ar eo ista",
    ),
}
_COUNTRIES = {
    country.name: country
    for country in _countries(
        "Alborn Besk Candr Dovar Estev Galv Istrol Karv Lassan Mordeth Norv Orlam Pellam Rimold Sorv Tavan",
        ("ia", "ian", "ians"),
        ("en", "enese", "enese"),
        ("land", "ish", "landers"),
        ("u", "uan", "uans"),
    )
}


class Inventory:
    """Every name with the one split that it belongs to; validation and test also use the names of train."""

    def __init__(self, rng: PortableRandom) -> None:
        kinds = {**_NAMES, "country": list(_COUNTRIES)}
        # Sorted, because the order of a set differs between processes; by name, so that the town Tarvel and the family
        # Tarvel belong to the same split.
        everything = sorted({name for names in kinds.values() for name in names})
        home = {name: "train" if rng.chance(0.6) else rng.pick(SPLITS[1:]) for name in everything}
        self._names = {
            split: {kind: [name for name in names if home[name] == split] for kind, names in kinds.items()}
            for split in SPLITS
        }

    def draw(self, kind: str, split: str, rng: PortableRandom) -> str:
        """A name of this kind (`surname`, `town`, `given`, `brand` or `country`) that `split` may use."""
        home = split if rng.chance(_OWN_SHARE) else "train"
        return rng.pick(self._names[home][kind])


class Cast:
    """The people, places and brands of one document: its names come back, as they do in real text."""

    def __init__(self, inventory: Inventory, split: str, rng: PortableRandom) -> None:
        self._inventory, self._split, self._rng = inventory, split, rng
        self._people = [self._new_person() for _ in range(5)]
        self._countries = [self._new_country() for _ in range(4)]
        self._towns = [self._new("town") for _ in range(5)]
        self._brands = [self._new("brand") for _ in range(3)]
        self._recent: deque[object] = deque(maxlen=4)

    @property
    def slots(self) -> dict[str, Callable[[], str]]:
        """What fills `<surname>` and the like in the grammar; every call may give another name."""
        return {
            "full-name": lambda: " ".join(self._person()),
            "given": lambda: self._person().given,
            "surname": lambda: self._person().surname,
            "country": lambda: self._country().name,
            "demonym": lambda: self._country().adjective,
            "inhabitants": lambda: self._country().people,
            "town": lambda: self._recall(self._towns, lambda: self._new("town")),
            "brand": lambda: self._recall(self._brands, lambda: self._new("brand")),
        }

    def _new(self, kind: str) -> str:
        return self._inventory.draw(kind, self._split, self._rng)

    def _new_person(self) -> Person:
        return Person(self._new("given"), self._new("surname"))

    def _new_country(self) -> Country:
        return _COUNTRIES[self._new("country")]

    def _person(self) -> Person:
        return self._recall(self._people, self._new_person)

    def _country(self) -> Country:
        return self._recall(self._countries, self._new_country)

    def _recall(self, cast: Sequence[T], invent: Callable[[], T]) -> T:
        name = self._rng.pick(cast) if self._rng.chance(_CAST_SHARE) else invent()
        while name in self._recent:  # nothing lies between Norvia and Norvia
            name = invent()
        self._recent.append(name)
        return name
