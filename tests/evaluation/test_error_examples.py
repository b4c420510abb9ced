import pytest

from ner.evaluation.analysis import error_examples as module
from ner.evaluation.analysis.error_examples import ERRORS, KEPT_SENTENCES
from tests.predicted import LABELS, evaluation_of, predictions_of

HALF = KEPT_SENTENCES // 2


def wrong_sentence(number, confidence):
    return [(f"Name{number}", "B-ORG", "B-LOC", confidence), ("left", "O", "O", 0.9)]


def examples_of(*batches):
    return evaluation_of(*batches).examples


def numbers(examples, cell):
    return [examples.sentences[index].position for index in cell.sentences]


def test_a_cell_has_the_sentences_in_which_it_occurs_once_each_most_confident_first():
    sentences = [
        [("A", "B-ORG", "B-LOC", 0.5), ("B", "B-ORG", "B-LOC", 0.7)],
        wrong_sentence(1, 0.9),
        [("C", "B-ORG", "B-ORG", 0.8)],
    ]
    found = examples_of(predictions_of(sentences))
    cell = found.cells["entity"][1, 0]
    assert numbers(found, cell) == [1, 0]
    assert cell.confidences == pytest.approx((0.9, 0.7))
    assert found.counts["entity"].tolist() == [[0, 0, 0], [2, 1, 0], [0, 0, 0]]
    assert numbers(found, found.cells["word"][3, 1]) == numbers(found, found.cells["character"][3, 1]) == [1, 0]
    assert found.counts["word"][0, 0] == found.counts["character"][0, 0] == 0, "O predicted as O has no examples"


def test_correct_predictions_come_least_confident_first():
    sentences = [[("A", "B-ORG", "B-ORG", confidence)] for confidence in (0.9, 0.4, 0.6)]
    found = examples_of(predictions_of(sentences))
    assert numbers(found, found.cells["entity"][1, 1]) == [1, 2, 0]
    assert found.cells["entity"][1, 1].confidences == pytest.approx((0.4, 0.6, 0.9))


def test_of_many_the_most_confident_and_random_ones_are_kept_and_all_are_counted():
    batches = [
        predictions_of([wrong_sentence(number, number / 1000) for number in range(first, first + 50)], first)
        for first in range(0, 500, 50)
    ]
    found = examples_of(*batches)
    kept = numbers(found, found.cells["entity"][1, 0])
    assert kept[:HALF] == list(range(499, 499 - HALF, -1))
    assert KEPT_SENTENCES - 3 <= len(kept) <= KEPT_SENTENCES
    assert found.counts["entity"][1, 0] == 500
    lower = [sentence for sentence in kept if sentence < 250]
    assert 1 <= len(lower) <= HALF, "the sample is from the whole split"
    assert numbers(examples_of(*batches[::-1]), found.cells["entity"][1, 0]) == kept


def test_memory_does_not_depend_on_the_number_of_sentences(monkeypatch):
    monkeypatch.setattr(module, "_BUFFERED_SENTENCES", 64)
    batches = [predictions_of([wrong_sentence(number, 0.5)] * 40, first=40 * number) for number in range(20)]
    collector = module.ExampleCollector(LABELS)
    for predictions in batches:
        collector.add(predictions, predictions.labelled(LABELS))
        assert sum(len(one.position) for one in collector._buffer) < 64
        assert len(collector._kept) <= 60


def test_as_many_are_kept_as_wanted_or_all_with_an_error():
    correct = [[(f"Name{number}", "B-ORG", "B-ORG", number / 40)] for number in range(40)]
    predictions = predictions_of([*(wrong_sentence(number, number / 100) for number in range(90)), *correct])
    batch = predictions.labelled(LABELS)

    def kept(number):
        collector = module.ExampleCollector(LABELS, kept=number)
        collector.add(predictions, batch)
        found = collector.examples()
        return [len(found.cells["entity"][cell].sentences) for cell in ((1, 0), (1, 1))], found.most_confident

    few, half = kept(6)
    assert half == 3 <= min(few) <= max(few) <= 6
    everything, _ = kept(None)
    assert everything[0] == 90
    assert HALF <= everything[1] <= KEPT_SENTENCES, "of correct ones a sample"


def test_the_random_sample_is_the_same_in_every_evaluation():
    def kept(confidence):
        sentences = [wrong_sentence(number, confidence(number)) for number in range(200)]
        found = examples_of(predictions_of(sentences))
        return set(numbers(found, found.cells["entity"][1, 0]))

    upwards, downwards = kept(lambda number: number / 200), kept(lambda number: 1 - number / 200)
    assert len(upwards & downwards) >= HALF


def test_sentences_with_errors_are_ranked_by_their_most_confident_one():
    sentences = [
        [("A", "B-ORG", "B-LOC", 0.5), ("B", "B-ORG", "B-LOC", 0.5)],
        wrong_sentence(1, 0.9),
        [("C", "B-ORG", "B-ORG", 0.8)],
    ]
    found = examples_of(predictions_of(sentences))
    assert numbers(found, found.cells[ERRORS][0, 0]) == [1, 0], "not by the number of errors, which long sentences have"
    assert found.counts[ERRORS].tolist() == [[2]]


def test_a_budget_takes_the_first_of_every_cell_before_the_second_of_any(monkeypatch):
    monkeypatch.setattr(module, "MAX_CHARACTERS", 70)
    sentences = [
        *[[("Longish", "B-ORG", "B-LOC", 0.9 - number / 10)] for number in range(5)],
        [("Rare", "B-LOC", "B-ORG", 0.1)],
    ]
    found = examples_of(predictions_of(sentences))
    assert numbers(found, found.cells["entity"][1, 0])[0] == 0
    assert numbers(found, found.cells["entity"][0, 1]) == [5]
    assert len(found.sentences) < 6
    assert found.counts["entity"][1, 0] == 5


def test_nothing_predicted_gives_no_examples():
    found = evaluation_of().examples
    assert found.sentences == ()
    assert found.cells["entity"] == {}
