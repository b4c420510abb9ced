"""Small linear chains, and all their label sequences one by one."""

import itertools

import numpy as np

from ner.text.labels import Labels
from ner.text.lattice import FORBIDDEN

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER"))
SIZE = len(LABELS)
REAL = np.array([[True, True, True], [True, True, False], [True, False, False], [False, False, False]])
MASK = np.where(LABELS.transition_mask, 0.0, FORBIDDEN).astype(np.float32)
START_MASK = np.where(LABELS.start_mask, 0.0, FORBIDDEN).astype(np.float32)


def random_case(seed=0, scale=1.0):
    """Scores [4, 3, C], start [C] and transitions [C, C] with IOB2's constraints."""
    random = np.random.default_rng(seed)
    scores = random.normal(scale=scale, size=(*REAL.shape, SIZE)).astype(np.float32)
    start = random.normal(size=SIZE).astype(np.float32) + START_MASK
    return scores, start, random.normal(size=(SIZE, SIZE)).astype(np.float32) + MASK


def sequence_scores(scores, start, transitions, length):
    """Score of every label sequence of one sentence of `length` words."""
    found = {}
    for labels in itertools.product(range(SIZE), repeat=length):
        score = sum(float(scores[word, label]) for word, label in enumerate(labels))
        score += float(start[labels[0]]) if labels else 0.0
        found[labels] = score + sum(float(transitions[pair]) for pair in itertools.pairwise(labels))
    return found
