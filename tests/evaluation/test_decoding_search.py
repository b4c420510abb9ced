import numpy as np

from ner.data.evaluation_batch import EvaluationBatch
from ner.evaluation.decoding_search import BIASES, WEIGHTS, DecodingParameters, DecodingSearch
from ner.text.labels import Labels
from ner.text.lattice import Lattice

LABELS = Labels(("O", "B-PER", "I-PER"))
NO_ENTITIES = ("to", "we", "it")


def batch_of(gold, advantages, names=None):
    """Words of two characters, `names` or numbers; by `advantages` nats each one's O is better than its B-PER."""
    words = len(gold)
    log_probs = np.full((1, 2 * words, 3), -20.0)
    log_probs[0, :, 0] = -1.0
    log_probs[0, :, 1] = -1.0 - np.repeat(advantages, 2)
    starts = np.arange(0, 2 * words, 2)[None]
    document, text = (
        np.zeros(1, np.int64),
        np.array(["".join(names or (f"{n:2}" for n in range(words))).encode()], object),
    )
    batch = EvaluationBatch(None, np.repeat(gold, 2)[None], starts, starts + 2, text, None, document, None, None)
    return log_probs, batch


def best(*batches):
    search = DecodingSearch(LABELS, Lattice.of_constraints(LABELS))
    for gold, advantages in batches:
        search.add(*batch_of(gold, advantages))
    found = search.best(tune_bias=True, tune_weight=False)
    assert found.document_weight == 0
    return found.outside_bias


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


def search_of_names():
    """Sentences of one word: `Ad` is an entity, which the tagger misses once by as little as it misses no entities."""
    search = DecodingSearch(LABELS, Lattice.of_constraints(LABELS))
    for name, gold, advantage in [
        ("Ad", 1, -4),
        ("ad", 1, -4),
        ("AD", 1, 0.4),
        *((one, 0, 0.4) for one in NO_ENTITIES),
    ]:
        search.add(*batch_of([gold], [advantage], [name]))
    return search


def test_other_sentences_count_as_much_as_is_best():
    assert search_of_names().best(tune_bias=True, tune_weight=False) == DecodingParameters(0.0, 0.0)
    found = search_of_names().best(tune_bias=True, tune_weight=True)
    assert found == DecodingParameters(0.0, 0.2)  # the least with 2 / 3 * 4 nats * weight > 0.4 nats
    assert WEIGHTS[:3] == (0.0, 0.1, 0.2)


def test_nothing_is_chosen_that_is_not_to_be_tuned():
    assert search_of_names().best(tune_bias=False, tune_weight=False) == DecodingParameters()
