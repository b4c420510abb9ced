import numpy as np
import pytest

from ner.data.evaluation_batch import EvaluationBatch
from ner.evaluation.decoding_search import BIASES, MIN_GAIN, WEIGHTS, DecodingSearch
from ner.evaluation.incremental_decoding import DecodingParameters
from ner.text.labels import Labels
from ner.text.lattice import Lattice

LABELS = Labels(("O", "B-PER", "I-PER"))
TWO_TYPES = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
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
    found = search.best(tune_biases=True, tune_weight=False)
    assert found.document_weight == 0
    return found.type_biases[0]


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
    assert search_of_names().best(tune_biases=True, tune_weight=False) == DecodingParameters((0.0,), 0.0)
    found = search_of_names().best(tune_biases=True, tune_weight=True)
    assert found == DecodingParameters((0.0,), 0.2)  # the least with 2 / 3 * 4 nats * weight > 0.4 nats
    assert WEIGHTS[:3] == (0.0, 0.1, 0.2)


def test_nothing_is_chosen_that_is_not_to_be_tuned():
    assert search_of_names().best(tune_biases=False, tune_weight=False) == DecodingParameters((0.0,))


def best_of_two_types(words):
    """The biases of LOC and PER for sentences of one word: `(gold label id, scores of O, B-LOC and B-PER)`."""
    search = DecodingSearch(TWO_TYPES, Lattice.of_constraints(TWO_TYPES))
    for gold, outside, place, person in words:
        log_probs, batch = batch_of([gold], [0.0])
        log_probs = np.broadcast_to([outside, place, -20.0, person, -20.0], (*log_probs.shape[:2], 5))
        search.add(log_probs, batch)
    return search.best(tune_biases=True, tune_weight=False).type_biases


def test_a_type_that_is_predicted_too_often_gets_a_lower_bias_than_others():
    """No bias of both alike tells a person that is taken for a place from a place."""
    assert best_of_two_types([(3, -9.0, -1.0, -1.3), (1, -9.0, -1.0, -4.0), (0, -1.0, -9.0, -9.0)]) == (-0.5, 0.0)


def test_several_steps_are_made_where_each_gains():
    places = [(1, -9.0, -1.3, -1.0), (1, -9.0, -1.8, -1.0)]
    assert best_of_two_types([*places, (3, -9.0, -4.0, -1.0)]) == (1.0, 0.0)


@pytest.mark.parametrize(("persons", "biases"), [(150, (-0.5, 0.0)), (1000, (0.0, 0.0))])
def test_a_step_that_gains_less_than_chance_may_give_is_not_made(persons, biases):
    """One of so many persons is taken for a place: the gain in F1 is 1 / (persons + 1)."""
    assert (1 / (persons + 1) > MIN_GAIN) == (biases != (0.0, 0.0))
    assert best_of_two_types([(3, -9.0, -1.0, -1.3)] + [(3, -9.0, -9.0, -1.0)] * persons) == biases
