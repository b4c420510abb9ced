"""The characters that a model knows, and their ids."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ner.errors import InputError
from ner.text.code_points import code_points_of

PADDING = 0
UNKNOWN = 1
NUM_SPECIAL = 2
MAX_CHARACTERS = 2**16 - NUM_SPECIAL  # a character id is two bytes of a record
PADDING_CODE, UNKNOWN_CODE = 0x110000, 0x110001
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Vocabulary:
    """Known characters in id order; id 0 is padding, id 1 any unknown character, id 2 the first known one.

    Raises `InputError` on a repeated entry, on one that is not a single character, and on more than 65,534.
    """

    characters: tuple[str, ...]

    def __post_init__(self) -> None:
        if any(len(character) != 1 for character in self.characters):
            wrong = next(character for character in self.characters if len(character) != 1)
            raise InputError(f"vocabulary entry {wrong!r} is not one character")
        if len(set(self.characters)) < len(self.characters):
            raise InputError("the vocabulary names a character twice")
        if len(self.characters) > MAX_CHARACTERS:
            raise InputError(f"{len(self.characters)} distinct characters, but a record holds at most {MAX_CHARACTERS}")

    @classmethod
    def from_text(cls, texts: Iterable[str]) -> "Vocabulary":
        """Every character of `texts`, in code point order."""
        found: set[str] = set()
        for text in texts:
            found.update(text)
        return cls(tuple(sorted(found)))

    @cached_property
    def _id_of_code_point(self) -> np.ndarray:
        table = np.full(0x110000, UNKNOWN, np.uint16)
        table[[ord(character) for character in self.characters]] = np.arange(NUM_SPECIAL, len(self), dtype=np.uint16)
        return table

    @cached_property
    def codes(self) -> np.ndarray:
        """A number for each id, int64 [len(self)]: the code point of a character, so equal in every vocabulary.

        Padding and the unknown character have numbers above all code points.
        """
        return np.array([PADDING_CODE, UNKNOWN_CODE, *map(ord, self.characters)], np.int64)

    def encode(self, text: str) -> np.ndarray:
        """Character ids, uint16 [len(text)]; an unknown character gets id 1."""
        return self.encode_code_points(code_points_of(text))

    def encode_code_points(self, code_points: np.ndarray) -> np.ndarray:
        """The same for characters as numbers, uint32 of any shape."""
        return self._id_of_code_point[code_points]

    def decode(self, char_ids: Iterable[int]) -> str:
        """The text of `char_ids`: padding vanishes, an unknown character becomes U+FFFD."""
        names = ("", REPLACEMENT, *self.characters)
        return "".join(names[index] for index in char_ids)

    def __len__(self) -> int:
        """How many ids there are, padding and unknown included."""
        return len(self.characters) + NUM_SPECIAL
