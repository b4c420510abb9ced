"""Decoding that a run chooses on validation, and that its reports use."""

import contextlib
import io
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from ner.evaluation.decoding_search import DecodingSearch
from ner.evaluation.evaluator import Evaluator
from ner.evaluation.incremental_decoding import DecodingParameters
from ner.inference import split_evaluation
from ner.run_dir import checkpoints
from ner.run_dir.trained_tagger import load_tagger
from ner.signals import RUN_AGAIN, StopRequests
from ner.text.decoding import METHODS
from ner.training.distributed.workers import Workers
from ner.training.reporter import NullReporter
from ner.training.validation import Validation
from tests.conftest import invented_sentences, write_records
from tests.loopback import clusters, run
from tests.training.small_run import make_trainer


def test_the_decoding_of_a_report_is_the_one_asked_for(work, records):
    """The tagger is not trained, so that many words mix labels."""
    folder, dataset = records
    found = []
    for decoding in METHODS:
        split_evaluation.evaluate(work, dataset, folder, "test", batch_size=8, decoding=decoding)
        found.append(json.loads((Path(work.reports) / "test.json").read_text())["words"]["confusion_matrix"])
    assert found[0] != found[1]


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    """A run that chose biases of types at each validation, its work folder, its records and what it has printed."""
    folder, made = tmp_path_factory.mktemp("tuned"), invented_sentences(50)
    records = str(folder), write_records(folder, {"train": made[:40], "validation": made[40:]})
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        settings = {"tune_type_biases": True, "learning_rate": 0.03, "epochs": 2}
        trainer, work = make_trainer(folder / "work", records, **settings)
        assert trainer.train(StopRequests())
    return trainer, work, records, shown.getvalue()


def test_a_run_finds_more_entities_with_the_biases_that_it_chose_on_validation(tuned):
    """After so few steps, O is the likeliest label of every word."""
    trainer, work, (folder, dataset), shown = tuned
    best = checkpoints.load(work.best)
    place, person = best.state["type_biases"]
    assert min(place, person) > 0
    assert f"decoded with biases LOC +{place:g}, PER +{person:g}\n" in shown

    def entity_f1():
        split_evaluation.evaluate(work, dataset, folder, "validation", batch_size=8, decoding="viterbi")
        return json.loads((Path(work.reports) / "validation.json").read_text())["entities"]["micro"]["f1"]

    assert entity_f1() == pytest.approx(trainer.progress.best_score)
    checkpoints.save(work.best, checkpoints.Checkpoint(best.arrays, {**best.state, "type_biases": [0.0, 0.0]}))
    assert entity_f1() < trainer.progress.best_score


def test_a_run_of_an_earlier_version_has_one_bias_against_o(work):
    """Which is that bias of all types."""
    best = checkpoints.load(work.best)
    checkpoints.save(work.best, checkpoints.Checkpoint(best.arrays, {**best.state, "outside_bias": 1.5}))
    assert load_tagger(work)[0].type_biases == (1.5, 1.5)


def test_a_run_uses_the_document_weight_that_it_chose_on_validation(tmp_path, records, monkeypatch, capsys):
    folder, dataset = records
    monkeypatch.setattr(DecodingSearch, "best", lambda search, **tunes: DecodingParameters((3.0, 3.0), 0.7))
    trainer, work = make_trainer(tmp_path, records, tune_document_weight=True, learning_rate=0.03, epochs=2)
    assert trainer.train(StopRequests())
    assert "decoded with weight 0.7 of a document's other sentences" in capsys.readouterr().out
    split_evaluation.evaluate(work, dataset, folder, "validation", batch_size=8, decoding="viterbi")
    with_documents = json.loads((Path(work.reports) / "validation.json").read_text())
    assert with_documents["entities"]["micro"]["f1"] == pytest.approx(trainer.progress.best_score)
    best = checkpoints.load(work.best)
    checkpoints.save(work.best, checkpoints.Checkpoint(best.arrays, {**best.state, "document_weight": 0.0}))
    split_evaluation.evaluate(work, dataset, folder, "validation", batch_size=8, decoding="viterbi")
    without = json.loads((Path(work.reports) / "validation.json").read_text())
    assert with_documents["calibration"] != without["calibration"]


class StopAtLook(StopRequests):
    """Asks to stop when it is looked at for the `number`-th time."""

    def __init__(self, number):
        self.looks, self._number = 0, number
        super().__init__()

    @property
    def exit_code(self):
        self.looks += 1
        return RUN_AGAIN if self.looks >= self._number else None

    @exit_code.setter
    def exit_code(self, value):
        pass


@pytest.fixture
def search_alone(tuned, monkeypatch):
    """The run, of which a validation that is not stopped while it searches fails; its biases are restored."""
    trainer, *_ = tuned
    monkeypatch.setattr(trainer.state.tagger, "type_biases", trainer.state.tagger.type_biases)
    monkeypatch.setattr(Evaluator, "evaluate", None)
    return trainer


@pytest.mark.parametrize("look", [2, 5], ids=["after a batch", "after two batches and two parameters"])
def test_a_stop_signal_ends_a_search_at_once(search_alone, look):
    stop = StopAtLook(look)
    assert not search_alone._validation.run(search_alone.progress, stop, NullReporter())
    assert stop.looks == look


def test_all_workers_leave_a_search_that_the_chief_is_asked_to_stop(search_alone, tuned):
    trainer, work, *_ = tuned

    def validate(channel, index):
        workers = Workers(SimpleNamespace(count=2, own=range(index, index + 1)), channel, index)
        validation = Validation(trainer._config, trainer.data, trainer.step, work, workers)
        stop = StopRequests()
        stop.exit_code = None if index else RUN_AGAIN
        return validation.run(trainer.progress, stop, NullReporter())

    assert run(clusters(2), validate) == [False, False]


def test_each_validation_searches_its_own_biases_and_computes_each_batch_once(tuned, monkeypatch):
    """One that began with the last one's would find the rest of it alone."""
    trainer, *_ = tuned
    tagger = trainer.state.tagger
    first = tagger.type_biases
    assert min(first) > 0
    evaluator = trainer._validation._evaluator
    compute, calls = evaluator._run_model, []
    monkeypatch.setattr(evaluator, "_run_model", lambda ids, *rest: calls.append(ids.shape) or compute(ids, *rest))
    trainer._validation.run(trainer.progress, StopRequests(), NullReporter())
    assert tagger.type_biases == first
    assert len(calls) == 2  # batches of the 10 sentences: the search and the scores share them
