"""Sentences as characters with labels, and back to words.

`"EU rejects New York"` tagged `B-ORG O B-LOC I-LOC` has 19 characters. A character's label is the tag of its token;
the space before `York` is I-LOC with `inside` and O with `outside`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import add

import numpy as np

from ner.text.labels import NOT_ANNOTATED, OUTSIDE

SPACE_LABELS = ("inside", "outside")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Tokens with their IOB2 tags; `space_after[i]` tells whether a space stands between tokens i and i + 1.

    The last element of `space_after` has no effect: a sentence's text never ends in a joining space.
    """

    tokens: tuple[str, ...]
    tags: tuple[str, ...]
    space_after: tuple[bool, ...]

    @classmethod
    def from_tokens(cls, tokens: Sequence[str], tags: Sequence[str]) -> "Sentence":
        """A sentence whose tokens are all separated by one space."""
        return cls(tuple(tokens), tuple(tags), (True,) * len(tokens))

    @property
    def text(self) -> str:
        """The tokens joined by one space, or by none where the corpus says so."""
        if all(self.space_after[:-1]):
            return " ".join(self.tokens)
        pieces = [token + " " * space for token, space in zip(self.tokens[:-1], self.space_after, strict=False)]
        return "".join([*pieces, self.tokens[-1]])

    @property
    def tagged_text(self) -> str:
        """The tokens with spaces between them, those of entities with their tags: `in New/B-LOC York/I-LOC`.

        Unannotated tokens have `/-`, unless the whole sentence is of them.
        """
        unmarked = (OUTSIDE,) if set(self.tags) != {NOT_ANNOTATED} else (NOT_ANNOTATED,)
        words = zip(self.tokens, self.tags, strict=True)
        return " ".join(token if tag in unmarked else f"{token}/{tag}" for token, tag in words)

    @property
    def token_spans(self) -> tuple[list[int], list[int]]:
        """Start and end (exclusive) of each token in `text`, in characters."""
        lengths = [len(token) for token in self.tokens]
        starts = [0, *accumulate(map(add, lengths, self.space_after))][: len(lengths)]
        return starts, list(map(add, starts, lengths))


def collect(char_labels: np.ndarray, token_starts: np.ndarray) -> np.ndarray:
    """Label id of every token, [W], from the labels of its characters [T]: the inverse of `char_labels`."""
    return np.asarray(char_labels)[np.asarray(token_starts, np.int64)]
