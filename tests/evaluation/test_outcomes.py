import numpy as np
import pytest

from ner.evaluation.analysis.outcomes import CORRECT, UNDECIDED, OutcomeCollector
from tests.predicted import LABELS, alignment_of, predictions_of

LOC, ORG, NONE = range(3)
SENTENCES = [
    [("Ada", "O", "O", 0.9), ("Ostrel", "B-LOC", "B-ORG", 0.8), ("Bay", "I-LOC", "I-ORG", 0.6)],
    [("Mirrin", "B-ORG", "B-ORG", 0.5), ("won", "O", "B-LOC", 0.4)],
    [("Upper", "B-LOC", "O", 0.9), ("Tarn", "I-LOC", "B-LOC", 0.7)],
    [("Nothing", "O", "O", 1.0)],
]


def outcomes_of(*batches):
    collector = OutcomeCollector(LABELS)
    for predictions in batches:
        collector.add(predictions, alignment_of(predictions))
    return collector.outcomes()


@pytest.fixture(params=["one batch", "by length", "two batches"])
def outcomes(request):
    if request.param == "two batches":
        return outcomes_of(predictions_of(SENTENCES[2:], first=2), predictions_of(SENTENCES[:2]))
    return outcomes_of(predictions_of(SENTENCES, order=[3, 1, 2, 0] if request.param == "by length" else None))


def test_outcomes_are_in_the_order_of_the_files(outcomes):
    assert outcomes.sentence.tolist() == [0, 1, 1, 2, 2]
    assert outcomes.gold.tolist() == [LOC, ORG, NONE, LOC, NONE]
    assert outcomes.predicted.tolist() == [ORG, ORG, LOC, NONE, LOC]
    assert outcomes.confidence == pytest.approx([0.7, 0.5, 0.4, 0.8, 0.7])
    assert outcomes.words.tolist() == [3, 2, 2, 1]
    assert outcomes.characters.tolist() == [14, 10, 10, 7]


def test_outcomes_tell_of_each_gold_entity_and_of_each_sentence(outcomes):
    assert outcomes.gold_outcomes.tolist() == [ORG, ORG + CORRECT, NONE]
    assert outcomes.gold_numbers.tolist() == [0, 1, -1, 2, -1]
    assert outcomes.first_gold.tolist() == [0, 1, 2, 3]
    assert outcomes.correct_sentences.tolist() == [False, False, False, True]


def test_gold_entities_have_the_same_numbers_whatever_is_predicted_over_unannotated_words():
    def outcomes_with(ostrel, bay, selk):
        sentences = [
            [("Ostrel", "B-ORG", ostrel, 0.9), ("Bay", "-", bay, 0.9), ("Ova", "B-LOC", "B-LOC", 0.8)],
            [("Selk", "B-ORG", selk, 0.7)],
        ]
        return outcomes_of(predictions_of(sentences, order=[1, 0]))

    right, wider = outcomes_with("B-ORG", "O", "B-ORG"), outcomes_with("B-ORG", "I-ORG", "O")
    assert right.gold_outcomes.tolist() == [ORG + CORRECT, LOC + CORRECT, ORG + CORRECT]
    assert wider.gold_outcomes.tolist() == [UNDECIDED, LOC + CORRECT, NONE]
    assert right.gold_confidence == pytest.approx([0.9, 0.8, 0.7])
    assert wider.gold_confidence == pytest.approx([0.9, 0.8, 0.15])
    assert wider.first_gold.tolist() == right.first_gold.tolist() == [0, 2]
    assert wider.num_gold.tolist() == right.num_gold.tolist() == [2, 1]
    assert (wider.gold.tolist(), wider.gold_numbers.tolist()) == ([LOC, ORG], [1, 2]), "in no score"
    assert wider.correct_sentences.tolist() == [True, False]


def test_precision_recall_counts_are_of_exact_entities_with_at_least_a_confidence(outcomes):
    hits, claims, gold = outcomes.precision_recall_counts(ORG, 11)
    assert gold == 1
    assert claims.tolist() == [2, 2, 2, 2, 2, 2, 1, 1, 0, 0, 0]  # claimed with 0.7 and 0.5
    assert hits.tolist() == [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]  # the right one with 0.5


def test_outcomes_of_nothing_are_empty():
    outcomes = OutcomeCollector(LABELS).outcomes()
    assert (len(outcomes.gold_outcomes), len(outcomes.correct_sentences)) == (0, 0)
    assert np.array_equal(outcomes.precision_recall_counts(0, 3)[0], [0, 0, 0])
