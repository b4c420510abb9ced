"""Many texts with their tokens as a few arrays, so that NumPy does for all what Python would do for each token."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, pairwise

import numpy as np

from ner.text.code_points import code_points_of
from ner.text.tokenizer import TokenizedText


@dataclass(frozen=True, eq=False)
class TextBatch:
    """N texts, one after another.

    `code_points` uint32 [T] are their characters; token i is `code_points[starts[i]:ends[i]]`, int64 [W]; and each text
    has as many tokens as `num_tokens` int64 [N] says.
    """

    code_points: np.ndarray
    starts: np.ndarray
    ends: np.ndarray
    num_tokens: np.ndarray

    @classmethod
    def from_texts(cls, texts: Sequence[TokenizedText]) -> "TextBatch":
        """The batch of these texts."""
        num_tokens = np.array([len(text.starts) for text in texts], np.int64)
        origin = np.array([0, *accumulate(len(text.text) for text in texts)], np.int64)[:-1]
        starts, ends = (
            np.fromiter(chain.from_iterable(places), np.int64, int(num_tokens.sum()))
            for places in ([text.starts for text in texts], [text.ends for text in texts])
        )
        shift = np.repeat(origin, num_tokens)
        return cls(code_points_of("".join([text.text for text in texts])), starts + shift, ends + shift, num_tokens)

    def to_texts(self) -> list[TokenizedText]:
        """The inverse of `from_texts`, for texts that begin and end with a token or are empty."""
        characters = self.code_points.tobytes().decode("utf-32-le", "surrogatepass")
        texts = []
        for first, end in pairwise(self.token_bounds.tolist()):
            starts, ends = self.starts[first:end], self.ends[first:end]
            origin, stop = (int(starts[0]), int(ends[-1])) if len(starts) else (0, 0)
            places = (tuple((values - origin).tolist()) for values in (starts, ends))
            texts.append(TokenizedText(characters[origin:stop], *places))
        return texts

    @cached_property
    def token_bounds(self) -> np.ndarray:
        """Number of the first token of each text, and W: int64 [N + 1]."""
        return np.concatenate(([0], np.cumsum(self.num_tokens)))

    @cached_property
    def is_last(self) -> np.ndarray:
        """Whether a token is the last one of its text, bool [W]."""
        last = np.zeros(len(self.starts), np.bool_)
        last[self.token_bounds[1:][self.num_tokens > 0] - 1] = True
        return last
