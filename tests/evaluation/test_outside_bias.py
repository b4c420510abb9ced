import numpy as np

from ner.data.batches import EvaluationBatch
from ner.evaluation.outside_bias import BIASES, OutsideBiasSearch
from ner.text.labels import Labels
from ner.text.lattice import Lattice

LABELS = Labels(("O", "B-PER", "I-PER"))


def batch_of(gold, advantages):
    """Words of two characters; `advantages` says by how many nats each one's O is better than its B-PER."""
    words = len(gold)
    log_probs = np.full((1, 2 * words, 3), -20.0)
    log_probs[0, :, 0] = -1.0
    log_probs[0, :, 1] = -1.0 - np.repeat(advantages, 2)
    starts = np.arange(0, 2 * words, 2)[None]
    batch = EvaluationBatch(None, np.repeat(gold, 2)[None], starts, starts + 2, *[None] * 5)
    return log_probs, batch


def best(*batches):
    search = OutsideBiasSearch(LABELS, Lattice.of_constraints(LABELS))
    for gold, advantages in batches:
        search.add(*batch_of(gold, advantages))
    return search.best()


def test_the_bias_finds_entities_to_which_o_was_preferred():
    gold, advantages = [1, 0, 1, 0, 0, 1], [1.2, 6.0, 2.8, 4.0, 7.0, 2.2]
    assert best((gold, advantages)) == 3.0  # the least that exceeds 2.8


def test_a_bias_that_adds_more_wrong_entities_than_right_ones_is_not_chosen():
    assert best(([1, 1, 0, 0, 0], [-2.0, 3.2, 1.2, 1.7, 2.2])) == 0.0


def test_counts_of_batches_are_added_up():
    first, second = ([1, 0], [0.7, 5.0]), ([1, 0, 0], [-2.0, 0.7, 0.7])
    assert best(first) == 1.0
    assert best(first, second, second) == 0.0


def test_a_negative_bias_drops_entities():
    assert best(([1, 0, 0], [-3.0, -0.7, -0.7])) == -1.0
    assert min(BIASES) == -1.0


def test_without_any_entity_there_is_no_bias():
    assert best(([0, 0], [-9.0, -9.0])) == 0.0
