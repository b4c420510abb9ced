"""Models for tests of tagging that need no training and no TensorFlow."""

import numpy as np

from ner.inference.models.character_model import CharacterModel
from ner.text.labels import Labels
from ner.text.lattice import Lattice
from ner.text.spacing import BETWEEN_TOKENS
from ner.text.vocabulary import Vocabulary

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
VOCABULARY = Vocabulary.from_text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,;-")


def local_model(radius=3, spacing=BETWEEN_TOKENS):
    """A random model whose log-probabilities of a character follow from the characters up to `radius` beside it."""
    random = np.random.default_rng(0)
    weights = random.normal(size=(2 * radius + 1, len(VOCABULARY), len(LABELS)))
    weights[:, 0] = 0  # padding says nothing
    transitions = Lattice.of_constraints(LABELS).transitions + random.normal(size=(len(LABELS), len(LABELS)))

    def log_probs(char_ids, starts, ends):
        width = char_ids.shape[1]
        padded = np.pad(char_ids, ((0, 0), (radius, radius)))
        logits = sum(weights[place][padded[:, place : place + width]] for place in range(2 * radius + 1))
        return (logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)).astype(np.float32)

    lattice = Lattice(Lattice.of_constraints(LABELS).start, transitions)
    return CharacterModel(VOCABULARY, LABELS, spacing, lattice, log_probs)


def capital_model(spacing=BETWEEN_TOKENS):
    """A model in which a word is a person where it begins with a capital, and of one token: `Ada` -> B-PER."""
    lattice = Lattice.of_constraints(LABELS)

    def log_probs(char_ids, starts, ends):
        probs = np.full((*char_ids.shape, len(LABELS)), 0.02)
        for row, (first, last) in enumerate(zip(starts, ends, strict=True)):
            for start, end in zip(first, last, strict=True):
                capital = end > 0 and VOCABULARY.decode(char_ids[row, start : start + 1]).isupper()
                probs[row, start:end, LABELS.ids["B-PER" if capital else "O"]] = 0.92
        return np.log(probs).astype(np.float32)

    return CharacterModel(VOCABULARY, LABELS, spacing, lattice, log_probs)
