"""What a tagger finds for the same word in the other sentences of a document, as evidence for the word's label.

One sentence leaves open what another one tells: a document uses a name for one thing, mostly. That is the observation
behind two-stage taggers (Krishnan and Manning 2006, https://aclanthology.org/P06-1141); here the second stage has a
single parameter, the `document_weight` of a `Lattice`.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ner.text.labels import Labels
from ner.text.lattice import Lattice

_LOWEST_PROBABILITY = 1e-3  # of a type, so that a few sentences do not exclude one

WordKey = tuple[int, str]  # the number of a document, and a word of it without case


def word_keys(document: int, text: str, starts: Sequence[int], ends: Sequence[int]) -> list[WordKey]:
    """The keys of the words `text[start:end]` of a sentence."""
    return [(document, text[start:end].casefold()) for start, end in zip(starts, ends, strict=True)]


class DocumentEvidence:
    """Sums the probabilities of entity types (or none) over the occurrences of each word in each document.

    B-X and I-X count alike: the same name may stand alone or at the end of a longer one.
    """

    def __init__(self, labels: Labels) -> None:
        self._membership = np.eye(1 + len(labels.types))[labels.type_numbers]  # [C, none and types]
        self._rows: dict[WordKey, int] = {}
        self._sums = np.zeros([0, self._membership.shape[1]])
        self._counts = np.zeros([0], np.int64)

    def add(self, keys: Sequence[WordKey], probabilities: np.ndarray) -> None:
        """Adds words with the probabilities of their labels, float [W, C]."""
        self._add(keys, probabilities @ self._membership, np.ones(len(keys), np.int64))

    def of_other_sentences(self, keys: Sequence[WordKey], lengths: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """Evidence for each label of words that were added before, float64 [W, C]; 0 for a word met in one sentence.

        The words are those of whole sentences, with `lengths` int [N] words each, and `probabilities` float [W, C] what
        was added for them. The log of the mean probability over the n occurrences in other sentences counts n / (n + 1)
        times.
        """
        rows = np.array([self._rows[key] for key in keys], np.int64)
        sentence = np.repeat(np.arange(len(lengths)), lengths)
        pairs, pair = np.unique(rows * len(lengths) + sentence, return_inverse=True)
        own_sums = np.zeros([len(pairs), self._sums.shape[1]])
        np.add.at(own_sums, pair, probabilities @ self._membership)
        others = self._counts[rows] - np.bincount(pair)[pair]
        mean = (self._sums[rows] - own_sums[pair]) / np.maximum(others, 1)[:, None]
        evidence = np.log(np.maximum(mean, _LOWEST_PROBABILITY)) * (others / (others + 1))[:, None]
        return evidence @ self._membership.T

    def to_json(self) -> dict[str, Any]:
        """The sums as JSON values."""
        used = slice(len(self._rows))
        return {"keys": [*self._rows], "counts": self._counts[used].tolist(), "sums": self._sums[used].tolist()}

    def add_json(self, content: dict[str, Any]) -> None:
        """Adds the sums that `to_json` of another one returned."""
        keys = [(document, word) for document, word in content["keys"]]
        sums = np.array(content["sums"]).reshape(-1, self._sums.shape[1])
        self._add(keys, sums, np.array(content["counts"], np.int64))

    def _add(self, keys: Sequence[WordKey], sums: np.ndarray, counts: np.ndarray) -> None:
        rows = np.array([self._rows.setdefault(key, len(self._rows)) for key in keys], np.int64)
        if len(self._rows) > len(self._counts):
            added = max(len(self._rows) - len(self._counts), len(self._counts))  # at least twice as many rows
            self._sums = np.pad(self._sums, ((0, added), (0, 0)))
            self._counts = np.pad(self._counts, (0, added))
        np.add.at(self._sums, rows, sums)
        np.add.at(self._counts, rows, counts)


def first_pass(scores: np.ndarray, lengths: np.ndarray, lattice: Lattice) -> np.ndarray:
    """Probability of each label of each word given its sentence alone, at temperature 1, float64 [W, C].

    `scores` float64 [W, C] are `lattice.word_scores`; `lengths` int [N] says how many words each sentence has.
    """
    return lattice.with_temperature(1 / lattice.temperature).marginals(scores * lattice.temperature, lengths)


def second_pass(
    scores: np.ndarray, lengths: np.ndarray, lattice: Lattice, keys: Sequence[WordKey], found: DocumentEvidence
) -> np.ndarray:
    """The words' scores, float64 [W, C], with the evidence of other sentences; arguments as of `first_pass`.

    All sentences of the documents were added to `found` with the probabilities of their first pass.
    """
    evidence = found.of_other_sentences(keys, lengths, first_pass(scores, lengths, lattice))
    return scores + lattice.document_weight / lattice.temperature * evidence
