"""Several updates in one call of the graph are those of one update a call."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.config import disable_op_determinism

from ner.data.tfrecord import DamagedShardError
from ner.errors import InputError
from ner.signals import StopRequests
from ner.training import launch, updates
from ner.training.distributed.workers import Workers
from ner.training_config import TrainingConfig
from tests.conftest import invented_sentences, write_records
from tests.gpu_placement import host_reads
from tests.training.small_run import curve, make_spec
from tests.training.test_loop import StopAt

SMALL = {"embedding_size": 4, "lstm_units": 6, "lstm_layers": 1, "bidirectional": False}
TRAINING = {"epochs": 2, "batch_size": 8, "log_every": 4, "learning_rate": 0.01, "warmup_steps": 3}
HALF = {"validate_every": 7, "precision": "mixed_float16"}  # epochs of 5 steps
ACCUMULATED = {
    "max_batch_characters": 300,
    "oversample": 0.5,
    "class_weighting": "inverse_sqrt",
    "ema_decay": 0.9,
    "accumulate_steps": 3,
}
NGRAMS = {"encoder": "hierarchical", "bidirectional": True, "word_units": 4, "ngram_size": 2, "ngram_rows": 1024}
LAZY = {"validate_every": 7, "ema_decay": 0.9, **NGRAMS}  # a table of which updates leave rows for later


def make_trainer(path, records, **training):
    spec = make_spec(path, records, **SMALL | TRAINING | training)
    return launch.make_trainer(spec), spec.work


@pytest.fixture(scope="module")
def shared_records(tmp_path_factory):
    """40 training and 8 validation sentences: epochs of 5 batches."""
    folder, made = tmp_path_factory.mktemp("records"), invented_sentences(48)
    return str(folder), write_records(folder, {"train": made[:40], "validation": made[40:]})


def outcome(work):
    """All that a run leaves but for times: counts, scores, weights and curves."""
    result = json.loads((Path(work.path) / "result.json").read_text())
    tags = ("loss", "gradient_norm", "learning_rate", "non_padding_fraction")
    curves = [curve(work, tag) for tag in tags]
    names = ("steps", "best_step", "best_score", "weights_sha256")
    return [result[name] for name in names], curves, curve(work, "loss", "validation")


@pytest.fixture(scope="module")
def outcome_of_single_updates(tmp_path_factory, shared_records):
    """The outcome of a run of one update a call with these settings; each is trained once."""
    known = {}

    def trained(settings):
        key = repr(settings)
        if key not in known:
            one, work = make_trainer(tmp_path_factory.mktemp("one"), shared_records, **settings)
            assert one.train(StopRequests())
            known[key] = outcome(work)
        return known[key]

    return trained


@pytest.mark.parametrize("settings", [HALF, ACCUMULATED, LAZY], ids=["float16", "accumulated", "lazy"])
def test_several_updates_a_call_are_those_of_one_to_the_bit(
    tmp_path, shared_records, outcome_of_single_updates, settings
):
    several, work = make_trainer(tmp_path, shared_records, steps_per_call=3, **settings)
    assert several.train(StopRequests())
    assert outcome(work) == outcome_of_single_updates(settings)
    shares = curve(work, "input_wait_share").values()
    assert all(0 < share < 1 for share in shares)


@pytest.mark.parametrize("settings", [HALF, LAZY], ids=["float16", "lazy"])
def test_a_run_goes_on_with_another_number_of_updates_a_call(
    tmp_path, shared_records, outcome_of_single_updates, settings
):
    stopped, work = make_trainer(tmp_path, shared_records, steps_per_call=3, **settings)
    assert not stopped.train(StopAt(stopped, 6))
    assert stopped.progress.step == 7, "asked after step 6, it stops at the end of the call"
    again, _ = make_trainer(tmp_path, shared_records, **settings)
    assert again.resume()
    assert again.train(StopRequests())
    assert outcome(work)[0] == outcome_of_single_updates(settings)[0]


def test_several_updates_a_call_can_be_deterministic(tmp_path, shared_records, outcome_of_single_updates):
    settings = {"deterministic": True, **LAZY}
    tf.config.experimental.enable_op_determinism()
    try:
        several, work = make_trainer(tmp_path, shared_records, steps_per_call=3, **settings)
        assert several.train(StopRequests())
        assert outcome(work) == outcome_of_single_updates(settings)
    finally:
        disable_op_determinism()
    assert curve(work, "input_wait_share") == {}, "TensorFlow has no clock in such a graph"


def test_a_call_ends_at_a_log_a_checkpoint_an_epoch_and_a_trace(tmp_path, shared_records, monkeypatch):
    calls = []
    make = updates.MultiStepUpdates.make

    def noted(self, most, vote):
        before = self._state.progress.step
        votes = make(self, most, vote)
        calls.append((before, self._state.progress.step))
        return votes

    monkeypatch.setattr(updates.MultiStepUpdates, "make", noted)
    cycles = {"epochs": 3, "log_every": 6, "checkpoint_every": 11}
    trainer, work = make_trainer(tmp_path, shared_records, steps_per_call=4, **cycles)
    assert trainer.train(StopRequests(), profiled=(12, 13))
    assert calls == [(0, 4), (4, 5), (5, 6), (6, 10), (10, 11), (11, 12), (12, 13), (13, 15)]
    assert list(Path(work.logs).glob("train/plugins/profile/*/*.xplane.pb"))


class OtherWorker(Workers):
    """Worker 1 of a run whose chief traces step 2."""

    def broadcast(self, value=None):
        return [2, 3]


def test_calls_of_all_workers_end_at_the_edges_of_the_chiefs_trace(tmp_path, records, monkeypatch):
    """Votes to stop are counted by calls."""
    del records[1].splits["validation"]
    spec = make_spec(tmp_path, records, **SMALL | TRAINING | {"steps_per_call": 4, "epochs": 1})
    trainer = launch.make_trainer(spec, OtherWorker(index=1))
    monkeypatch.setattr(trainer, "_finish", lambda: None)
    asked, make = [], updates.MultiStepUpdates.make
    monkeypatch.setattr(updates.MultiStepUpdates, "make", lambda *call: asked.append(call[1]) or make(*call))
    assert trainer.train(StopRequests())
    assert asked == [2, 1, 1, 4]  # before, in and after the trace, and after the log at step 4
    assert not (Path(spec.work.logs) / "train/plugins").exists()


def test_a_nan_loss_within_a_call_names_its_batch(tmp_path, shared_records):
    trainer, _ = make_trainer(tmp_path, shared_records, steps_per_call=4)
    *before, bad = trainer.data.whole_batches(0).take(3).as_numpy_iterator()
    [first_seen_there, *_] = set(bad.char_ids.ravel()) - {one for batch in before for one in batch.char_ids.ravel()}
    embeddings = trainer.state.tagger.encoder.embedding.embeddings
    values = embeddings.numpy()
    values[first_seen_there] = np.nan
    embeddings.assign(values)
    with pytest.raises(InputError, match=re.escape("NaN or infinite loss or gradient in batch 2;")):
        trainer.train(StopRequests())
    with np.load(tmp_path / "bad-batch-00000002.npz") as kept:
        np.testing.assert_array_equal(kept["char_ids"], bad.char_ids)


def test_a_shard_damaged_during_training_is_named(tmp_path, records):
    folder, dataset = records
    trainer, _ = make_trainer(tmp_path / "work", records, steps_per_call=4)
    shard = Path(folder) / dataset.split("train").shards[1].file
    content = bytearray(shard.read_bytes())
    content[40] ^= 1
    shard.write_bytes(content)
    with pytest.raises(DamagedShardError, match=r"train-00001-of-00003\.tfrecord: record 0: "):
        trainer.train(StopRequests())


def test_nothing_that_a_gpu_makes_in_a_call_is_read_by_the_host(tmp_path, shared_records):
    trainer, _ = make_trainer(tmp_path, shared_records)
    several = updates.MultiStepUpdates(TrainingConfig(steps_per_call=4), trainer.data, trainer.step)
    assert list(map(str, host_reads(several.graph()))) == []
