import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from ner.config import Config, ModelConfig
from ner.data.batches import evaluation_batches
from ner.data.subset import Subset
from ner.data.tfrecord import DamagedShardError
from ner.evaluation import evaluator as evaluator_module
from ner.evaluation.evaluator import Evaluator
from ner.evaluation.metrics.scores import Scores
from ner.evaluation.metrics.span_alignment import align_spans
from ner.evaluation.reports.report import Report
from ner.inference import split_evaluation
from ner.model.network import Network
from ner.model.words import Words
from ner.run_dir import checkpoints
from ner.run_dir.checkpoints import Checkpoint
from ner.run_dir.workdir import WorkDir
from tests import loopback
from tests.conftest import invented_sentences, write_records

MODEL = ModelConfig(embedding_size=4, lstm_units=6, lstm_layers=1)


def make_tagger(dataset):
    return Network(MODEL, dataset.vocabulary, dataset.labels)


@pytest.mark.parametrize("batch_size", [1, 4, 100])
def test_every_sentence_character_and_word_counts_once(records, batch_size):
    folder, dataset = records
    evaluator = Evaluator(make_tagger(dataset), dataset, folder, batch_size=batch_size, decoding="viterbi")
    heard = []
    report = evaluator.evaluate("test", 7, heard.append).report
    split = dataset.split("test")
    assert (report.split, report.step, report.scores.sentences, report.scores.tokens) == ("test", 7, 10, split.tokens)
    assert report.scores.characters.counts.sum() == split.characters
    assert report.scores.words.counts.sum() == split.tokens
    assert sum(heard) == 10


def test_a_tagger_that_knows_the_answer_scores_one(records, monkeypatch):
    folder, dataset = records
    tagger = make_tagger(dataset)
    answers = {}
    for batch in evaluation_batches(dataset, folder, "test", 4):
        answers[batch.char_ids.numpy().tobytes()] = batch.labels.numpy()

    class Oracle(Evaluator):
        def _predict(self, batch):
            gold = answers[batch.char_ids.numpy().tobytes()]
            probs = np.eye(len(dataset.labels))[np.maximum(gold, 0)]
            self._run_model = lambda ids, labels, words: (Result(np.log(probs + 1e-9)), 0.5)
            return super()._predict(batch)

    class Result:
        def __init__(self, value):
            self._value = value

        def numpy(self):
            return self._value

    report = Oracle(tagger, dataset, folder, batch_size=4, decoding="viterbi").evaluate("test", 0).report
    assert report.scores.entities.micro.f1 == 1
    assert report.scores.words.accuracy == report.scores.characters.accuracy == 1


def test_the_loss_is_that_of_training_without_dropout(records):
    folder, dataset = records
    tagger = make_tagger(dataset)
    evaluator = Evaluator(tagger, dataset, folder, batch_size=3, decoding="viterbi")
    loss = evaluator.evaluate("test", 0).report.scores.loss
    total = sum(
        float(tagger.training_loss(batch.char_ids, batch.labels, Words(batch.starts, batch.ends)))
        for batch in evaluation_batches(dataset, folder, "test", 3)
    )
    assert loss.characters == dataset.split("test").characters
    assert loss.total == pytest.approx(total)
    assert loss.mean == pytest.approx(total / loss.characters)


@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_what_nobody_annotated_is_in_no_score_and_no_loss(tmp_path, head):
    whole = invented_sentences(12)
    partial = [dataclasses.replace(one, tags=("-", *one.tags[1:])) for one in whole]  # the number, which is O
    dataset = write_records(tmp_path, {"train": whole, "test": partial})
    tagger = Network(dataclasses.replace(MODEL, head=head), dataset.vocabulary, dataset.labels)
    evaluator = Evaluator(tagger, dataset, str(tmp_path), batch_size=5, decoding="viterbi")
    found, everything = (evaluator.evaluate(split, 0).report.scores for split in ("test", "train"))
    assert found.size.endswith("tokens (12 not annotated, in no score)")
    assert found.sentences == everything.sentences == 12
    annotated = sum(len(one.tokens) for one in whole) - 12
    assert found.words.counts.sum() == annotated
    assert found.entities.micro.support == everything.entities.micro.support
    missing = sum(len(one.tokens[0]) for one in whole)
    assert found.characters.counts.sum() == found.loss.characters == everything.loss.characters - missing
    assert found.loss.total < everything.loss.total
    assert Scores.from_json(json.loads(json.dumps(found.to_json()))).to_json() == found.to_json()


def test_a_sample_is_the_same_sentences_each_time_and_read_once(records):
    folder, dataset = records
    evaluator = Evaluator(make_tagger(dataset), dataset, folder, batch_size=4, decoding="viterbi")
    texts = [[], []]
    first = evaluator.evaluate(
        "train", 0, on_predictions=lambda one: texts[0].extend(one.text), subset=Subset.sample(40, 7)
    )
    for shard in dataset.shard_paths(folder, "train"):
        Path(shard).rename(f"{shard}.away")
    batches = evaluator._sentences_of("train", Subset.sample(40, 7))
    assert sorted(text for batch in batches for text in batch.text.numpy()) == sorted(texts[0])
    for shard in dataset.shard_paths(folder, "train"):
        Path(f"{shard}.away").rename(shard)
    other = Evaluator(make_tagger(dataset), dataset, folder, batch_size=40, decoding="viterbi")
    second = other.evaluate(
        "train", 0, on_predictions=lambda one: texts[1].extend(one.text), subset=Subset.sample(40, 7)
    )
    assert len(set(texts[0])) == 7
    assert sorted(texts[0]) == sorted(texts[1])
    assert first.report.scores.loss.mean == pytest.approx(second.report.scores.loss.mean)
    assert evaluator.evaluate("train", 0, subset=Subset.sample(40, 1_000)).report.scores.sentences == 40


@pytest.mark.parametrize("document_weight", [0.0, 0.7])
def test_records_that_a_shard_lost_are_noticed(records, document_weight):
    folder, dataset = records
    shard = Path(folder) / dataset.split("test").shards[0].file
    shard.write_bytes(b"")
    tagger = make_tagger(dataset)
    tagger.document_weight = document_weight
    evaluator = Evaluator(tagger, dataset, folder, batch_size=4, decoding="viterbi")
    with pytest.raises(DamagedShardError, match=r"test-00000-of-00003\.tfrecord: record 0: missing, and all after it"):
        evaluator.evaluate("test", 0)
    dataset.splits["test"] = dataclasses.replace(dataset.split("test"), shards=dataset.split("test").shards[1:])
    with pytest.raises(DamagedShardError, match=r"hold 7 records, but dataset\.json says 10"):
        evaluator.evaluate("test", 0)


def test_a_split_that_is_evaluated_again_is_not_hashed_again(records, monkeypatch):
    folder, dataset = records
    hashed = []
    monkeypatch.setattr("ner.data.verification.check_shard", lambda path, *_: hashed.append(path))
    evaluator = Evaluator(make_tagger(dataset), dataset, folder, batch_size=4, decoding="vote")
    for _ in range(2):
        evaluator.evaluate("test", 0)
    assert hashed == dataset.shard_paths(folder, "test")


def test_evaluate_writes_files_and_summaries_and_prints_the_report(tmp_path, records, capsys):
    folder, dataset = records
    work = WorkDir(str(tmp_path / "work"))
    work.prepare(Config(model=MODEL), dataset, folder)
    best = Checkpoint(make_tagger(dataset).weights_by_name(), {"step": 3})
    checkpoints.save(str(tmp_path / "work/checkpoints/best.npz"), best)
    split_evaluation.evaluate(work, dataset, folder, "test", batch_size=4, decoding="viterbi")
    report = Report.from_json(json.loads((tmp_path / "work/reports/test.json").read_text()))
    assert (report.step, report.scores.sentences) == (3, 10)
    assert report.to_text() in capsys.readouterr().out
    assert report.raw_text.micro.support == report.scores.entities.micro.support
    assert (tmp_path / "work/reports/test.txt").exists()
    assert (tmp_path / "work/reports/test.conll").read_text().count("# sentence ") == 10
    assert (tmp_path / "work/reports/test-errors.csv").read_text().startswith("sentence,file,line,document,error")
    assert len(list((tmp_path / "work/reports").glob("test-*.png"))) >= 3
    assert list((tmp_path / "work/logs/test").glob("events.out.tfevents.*"))


def test_evaluating_leaves_the_curves_of_training_alone(tmp_path, records):
    folder, dataset = records
    work = WorkDir(str(tmp_path / "work"))
    work.prepare(Config(model=MODEL), dataset, folder)
    checkpoints.save(work.best, Checkpoint(make_tagger(dataset).weights_by_name(), {"step": 3}))
    split_evaluation.evaluate(work, dataset, folder, "validation", batch_size=4, decoding="viterbi")
    assert [path.name for path in (tmp_path / "work/logs").iterdir()] == ["validation-evaluated"]
    assert (tmp_path / "work/reports/validation.json").exists()


class Group:
    """A process of several that are threads here."""

    def __init__(self, channel, index, count):
        self.index, self.count, self.gather = index, count, channel.gather
        self._channel = channel

    def broadcast(self, value=None):
        return json.loads(self._channel.broadcast(json.dumps(value).encode()))


def test_confidences_are_calibrated_as_they_are_reported(records, monkeypatch):
    folder, dataset = records
    monkeypatch.setattr(evaluator_module, "_SENTENCES_FOR_CALIBRATION", 25)  # of 40, whose documents count whole
    tagger = make_tagger(dataset)
    for weight in tagger.trainable_variables:
        weight.assign(20 * weight)
    tagger.document_weight = 0.7
    evaluator = Evaluator(tagger, dataset, folder, batch_size=4, decoding="vote")
    calibration = evaluator.calibrate("train", 3)
    tagger.temperature = calibration.temperature
    sample = set(Subset.sample(40, 25).positions.tolist())
    confidences, correct = {}, {}

    def collect(batch):
        found = align_spans(batch.gold_words, batch.predicted_words, dataset.labels)
        values = batch.span_confidences(found.row, found.start, found.end)
        for row, gold, predicted, value in zip(found.row, found.gold, found.predicted, values, strict=True):
            if predicted < len(dataset.labels.types) and int(batch.position[row]) in sample:
                name = dataset.labels.types[predicted]
                confidences.setdefault(name, []).append(value)
                correct.setdefault(name, []).append(gold == predicted)

    Evaluator(tagger, dataset, folder, batch_size=4, decoding="viterbi").evaluate("train", 3, on_predictions=collect)
    checked = 0
    for name, curve in calibration.curves.items():
        for confidence, precision in curve:
            chosen = np.array(confidences[name]) >= confidence
            assert np.mean(np.array(correct[name])[chosen]) == pytest.approx(precision)
            checked += 1
    assert checked
    assert calibration.document_weight == 0.7


def test_a_damaged_record_is_named_where_documents_are_read_first(records):
    folder, dataset = records
    shard = Path(folder) / dataset.split("test").shards[1].file
    content = bytearray(shard.read_bytes())
    content[30] ^= 1
    shard.write_bytes(content)
    tagger = make_tagger(dataset)
    tagger.document_weight = 0.7
    evaluator = Evaluator(tagger, dataset, folder, batch_size=4, decoding="viterbi")
    with pytest.raises(DamagedShardError, match=r"test-00001-of-00003\.tfrecord: record 0"):
        evaluator.evaluate("test", 0)


def test_processes_share_what_they_find_in_documents(records):
    folder, dataset = records

    def evaluated(processes=None, weight=0.7):
        tagger = make_tagger(dataset)
        tagger.document_weight = weight
        options = {"batch_size": 3, "decoding": "viterbi", "processes": processes}
        found = []
        evaluation = Evaluator(tagger, dataset, folder, **options).evaluate("test", 0, on_predictions=found.append)
        return evaluation and np.concatenate([one.word_confidences[one.is_word] for one in found])

    alone = evaluated()
    assert not np.allclose(alone, evaluated(weight=0.0))
    first, second = loopback.run(loopback.clusters(2), lambda channel, index: evaluated(Group(channel, index, 2)))
    np.testing.assert_allclose(first, alone, rtol=1e-5)
    assert second is None
