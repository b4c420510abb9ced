"""What the model says of a batch is computed once, as long as its weights stay the same and memory holds it."""

import pytest

from ner.evaluation import evaluator as evaluator_module
from ner.evaluation import output_memory
from ner.evaluation.evaluator import Evaluator
from tests.evaluation.test_evaluator import make_tagger


def counting(evaluator):
    """Lists what the model computes from now on."""
    run, calls = evaluator._run_model, []
    evaluator._run_model = lambda ids, *rest: calls.append(ids.shape) or run(ids, *rest)
    return calls


def test_a_batch_is_computed_once_while_weights_stay_the_same(records):
    folder, dataset = records
    tagger = make_tagger(dataset)
    tagger.document_weight = 0.5
    evaluator = Evaluator(tagger, dataset, folder, batch_size=4, decoding="viterbi")
    calls = counting(evaluator)
    first = evaluator.evaluate("test", 7).report  # reads the split twice, for words in other sentences of a document
    assert len(calls) == 3
    with evaluator.same_weights():
        tagger.document_weight = 0.0
        evaluator.best_decoding("test", tune_biases=True, tune_weight=True)
        tagger.document_weight = 0.5
        assert evaluator.evaluate("test", 7).report.to_text() == first.to_text()
    assert len(calls) == 6
    tagger.head.scores.bias.assign([9.0, *[0.0] * (len(dataset.labels) - 1)])
    assert evaluator.evaluate("test", 8).report.to_text() != first.to_text()
    assert len(calls) == 9


@pytest.mark.parametrize("document_weight", [0.0, 0.5])
def test_a_sample_of_a_split_that_is_needed_as_a_whole_costs_no_batches_of_its_own(
    records, monkeypatch, document_weight
):
    """It is the same sentences in batches of its own, where memory does not hold what the model says of all."""
    folder, dataset = records
    monkeypatch.setattr(evaluator_module, "_SENTENCES_FOR_DECODING", 7)
    monkeypatch.setattr(evaluator_module, "_SENTENCES_FOR_CALIBRATION", 7)
    tagger = make_tagger(dataset)
    evaluator = Evaluator(tagger, dataset, folder, batch_size=4, decoding="viterbi")
    calls, found = counting(evaluator), []
    for memory in (output_memory.MEMORY_BYTES, 0):
        monkeypatch.setattr(output_memory, "MEMORY_BYTES", memory)
        with evaluator.same_weights():
            tagger.document_weight = 0.0
            decoding = evaluator.best_decoding("train", tune_biases=True, tune_weight=True)
            tagger.document_weight = document_weight
            calibration = evaluator.calibrate("train", 7)
            evaluator.evaluate("train", 7)
        found.append((decoding, calibration.temperature, len(calls)))
        calls.clear()
    assert found[0][0] == found[1][0]
    assert found[0][1] == pytest.approx(found[1][1])
    passes = 2 if document_weight else 1
    assert found[1][2] == 2 + 2 + (10 * passes) + (10 if document_weight else 0)
    assert found[0][2] == (10 if document_weight else 12)  # the calibration does not know that all will be needed


def test_what_does_not_fit_into_memory_is_computed_again(records, monkeypatch):
    folder, dataset = records
    tagger = make_tagger(dataset)
    tagger.document_weight = 0.5
    evaluator = Evaluator(tagger, dataset, folder, batch_size=4, decoding="viterbi")
    first = evaluator.evaluate("test", 7).report
    calls = counting(evaluator)
    longest = 4 * dataset.split("test").longest * len(dataset.labels) * 4
    monkeypatch.setattr(output_memory, "MEMORY_BYTES", longest)  # of one batch, or of two short ones
    assert evaluator.evaluate("test", 7).report.to_text() == first.to_text()
    assert len(calls) in {4, 5}
