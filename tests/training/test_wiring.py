"""What a run does with its settings: each must reach weights, checkpoints, curves or printed lines."""

import contextlib
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from ner.cluster.discovery import Cluster
from ner.config import Config
from ner.errors import InputError
from ner.model.ensemble import make_tagger
from ner.model.heads.cross_entropy import CharacterLoss, class_weights
from ner.model.words import Words
from ner.run_dir import checkpoints
from ner.run_dir.trained_tagger import load_tagger
from ner.signals import StopRequests
from ner.tensorboard import card_tags
from ner.tensorboard.plugin import payload
from ner.text.labels import NOT_ANNOTATED
from ner.text.sentence import Sentence
from ner.training.distributed.workers import Workers
from ner.training.run_summary import describe_run
from ner.training.updates import make_updates
from ner.training_config import TrainingConfig
from tests.conftest import invented_sentences, write_records
from tests.training.small_run import curve, make_trainer, values_of


@pytest.fixture(scope="module")
def unvalidated(tmp_path_factory):
    """Records of 16 training sentences and no other split: two steps of 8."""
    folder = tmp_path_factory.mktemp("records")
    return str(folder), write_records(folder, {"train": invented_sentences(16)})


def trained(path, records, **settings):
    """The work folder of a run."""
    trainer, work = make_trainer(path, records, **settings)
    assert trainer.train(StopRequests())
    return work


def best_weights(work):
    """The weights that a run keeps as its best."""
    arrays = checkpoints.load(work.best).arrays
    return np.concatenate([arrays[name].ravel() for name in sorted(arrays)])


@pytest.fixture(scope="module")
def plain(tmp_path_factory, unvalidated):
    return trained(tmp_path_factory.mktemp("plain"), unvalidated)


def test_a_run_trains_and_keeps_all_its_members(tmp_path, unvalidated):
    work = trained(tmp_path, unvalidated, members=2)
    best, _ = load_tagger(work)
    untrained = make_tagger(work.config().model, best.vocabulary, best.labels)
    assert len(best.networks) == 2
    before, after = (tagger.weights_by_name() for tagger in (untrained, best))
    for network in ("member_1", "member_2"):
        assert all((before[name] != after[name]).any() for name in after if name.startswith(network))


def test_two_runs_of_the_same_settings_keep_the_same_weights(tmp_path, unvalidated, plain):
    np.testing.assert_array_equal(best_weights(trained(tmp_path, unvalidated)), best_weights(plain))


@contextlib.contextmanager
def op_by_op():
    """A few updates on short sentences are computed sooner op by op than their graph is traced."""
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def weights_after_an_update(tmp_path_factory):
    """Their SHA-256 after the first update of a run with these settings, on 8 sentences of 5 characters."""
    folder = tmp_path_factory.mktemp("short")
    made = [Sentence.from_tokens([str(number), "Ooo"], ["O", "B-PER"]) for number in range(8)]
    short = str(folder), write_records(folder, {"train": made})

    def learn(**settings):
        trainer, _ = make_trainer(tmp_path_factory.mktemp("run"), short, **settings)
        batch = next(iter(trainer.data.batches(0)))
        with op_by_op():
            trainer.step(0, batch, 0.01)
        return trainer.state.tagger.weights_sha256()

    return learn


@pytest.fixture(scope="module")
def weights_without_a_setting(weights_after_an_update):
    return weights_after_an_update()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"dropout": 0.5},
        {"char_dropout": 0.5},
        {"max_batch_characters": 200},
        {"weight_decay": 0.5},
        {"class_weighting": "inverse_sqrt"},
        {"focal_gamma": 2.0},
        {"uppercase": 1.0},
    ],
    ids=str,
)
def test_a_setting_changes_what_a_run_learns(weights_after_an_update, weights_without_a_setting, settings):
    assert (weights_after_an_update(**settings) != weights_without_a_setting) is bool(settings)


def test_a_run_has_the_loss_of_the_words_that_are_annotated(tmp_path):
    """With a CRF: that of all label sequences which agree with them, a mean over their characters."""
    made = [replace(one, tags=(*one.tags[:-1], NOT_ANNOTATED)) for one in invented_sentences(8)]
    records = str(tmp_path), write_records(tmp_path, {"train": made})
    trainer, work = make_trainer(tmp_path / "work", records, head="crf")
    batch = next(iter(trainer.data.whole_batches(0)))
    words, objective = Words(batch.starts, batch.ends), CharacterLoss(partly_annotated=True)
    loss = float(trainer.state.tagger.training_loss(batch.char_ids, batch.labels, words, objective))
    assert trainer.train(StopRequests())
    expected = loss / int(tf.math.count_nonzero(batch.labels >= 0))
    assert curve(work, "Overview/loss")[1] == pytest.approx(expected, rel=1e-5)


def test_logit_adjustment_removes_class_weights_from_the_weights_that_are_kept(tmp_path, unvalidated):
    _, dataset = unvalidated
    trainer, work = make_trainer(tmp_path, unvalidated, class_weighting="effective_number", logit_adjustment=0.5)
    trainer.train(StopRequests())
    best, last = checkpoints.load(work.best).arrays, checkpoints.load_latest(work.checkpoints).arrays
    weights = class_weights("effective_number", np.array(dataset.label_counts.characters))
    [bias] = [name for name in best if name.endswith("head/bias")]
    np.testing.assert_allclose(best[bias], last[f"weights/{bias}"] - 0.5 * np.log(weights), rtol=1e-4)


def test_a_run_clips_its_gradient(tmp_path, unvalidated):
    """Adam's first moment after one update is a tenth of the gradient that it was given."""
    trainer, work = make_trainer(tmp_path, unvalidated, batch_size=16, clip_norm=0.001)
    trainer.train(StopRequests())
    arrays = checkpoints.load_latest(work.checkpoints).arrays
    moments = [value for name, value in arrays.items() if re.fullmatch(r"optimizer/.*_momentum", name)]
    norm = np.sqrt(sum((value.astype(np.float64) ** 2).sum() for value in moments))
    assert norm == pytest.approx(0.1 * 0.001, rel=1e-3)
    assert curve(work, "gradient_norm")[1] > 0.01


def plan_of(trainer, max_batch_characters):
    """What a run says of its batches."""
    training = TrainingConfig(max_batch_characters=max_batch_characters)
    lines = describe_run(Config(training=training), trainer, Cluster.single_worker(), "work")
    return next(line for line in lines if line.startswith("plan"))


def test_curves_of_a_run_are_those_of_its_schedule_and_its_batches(tmp_path, unvalidated):
    trainer, work = make_trainer(tmp_path, unvalidated, batch_size=4, schedule="linear", warmup_steps=2)
    batches = list(trainer.data.whole_batches(0).take(4).as_numpy_iterator())
    trainer.train(StopRequests())
    expected = {1: 0.005 * 1.0, 2: 0.01 * 0.75, 3: 0.01 * 0.5, 4: 0.01 * 0.25}
    assert curve(work, "learning_rate") == pytest.approx(expected, rel=1e-5)
    fractions = curve(work, "non_padding_fraction")
    assert [*fractions.values()] == pytest.approx([np.mean(batch.char_ids > 0) for batch in batches], rel=1e-6)
    assert min(fractions.values()) < 1
    assert all(0 < loss < np.log(5) * 1.5 for loss in curve(work, "loss").values())  # a mean over characters
    longest = trainer.data.dataset.split("train").longest
    assert plan_of(trainer, longest).endswith(f"of up to {longest} characters")
    assert f"of one longer sentence (the longest has {longest})" in plan_of(trainer, longest - 1)


def test_a_run_saves_validates_and_logs_when_told(tmp_path, records, capsys):
    often = {"epochs": 3, "checkpoint_every": 2, "keep_checkpoints": 3, "validate_every": 3, "log_every": 4}
    trainer, work = make_trainer(tmp_path / "work", records, **often)
    assert trainer.train(StopRequests())
    names = {path.name for path in Path(work.checkpoints).iterdir()}
    assert names == {"best.npz", *(f"step-{step:08d}.npz" for step in (12, 14, 15))}
    shown = capsys.readouterr().out
    assert re.findall(r"validation at step (\d+)", shown) == ["3", "6", "9", "12", "15"]
    assert re.findall(r"^step (\d+) ", shown, re.MULTILINE) == ["4", "8", "12", "15"]


def test_the_best_weights_are_those_of_the_highest_score(tmp_path, records):
    """The learning rate is so high that scores rise and fall."""
    high = {"learning_rate": 0.3, "schedule": "constant", "validate_every": 1, "epochs": 2}
    trainer, work = make_trainer(tmp_path / "work", records, best_metric="character/accuracy", **high)
    trainer.train(StopRequests())
    scores = curve(work, "character/accuracy", "validation")
    assert len(set(scores.values())) > 2
    assert trainer.progress.best_score == pytest.approx(max(scores.values()))
    assert scores[trainer.progress.best_step] == max(scores.values())
    assert checkpoints.load(work.best).state["step"] == trainer.progress.best_step
    result = json.loads((Path(work.path) / "result.json").read_text())
    assert result["best_metric"] == "character/accuracy"
    assert result["best_score"] == trainer.progress.best_score


@pytest.mark.parametrize(("dropout", "different"), [(0.0, 1), (0.5, 4)])
def test_every_batch_of_a_run_drops_other_values(tmp_path, dropout, different):
    """All batches are the same, and the learning rate is too small to change a weight."""
    sentence = Sentence.from_tokens(["Ada", "sang"], ["B-PER", "O"])
    dataset = write_records(tmp_path / "records", {"train": [sentence] * 16})
    made = str(tmp_path / "records"), dataset
    trainer, work = make_trainer(tmp_path / "work", made, batch_size=4, learning_rate=1e-30, dropout=dropout)
    updates, losses = make_updates(work.config().training, trainer.data, trainer.step), set()
    with op_by_op():
        for _ in range(4):
            updates.make(1, 0.0)
            losses.add(trainer.state.metrics.read().loss)
            trainer.state.metrics.reset()
    assert len(losses) == different


def test_a_resumed_run_goes_on_with_time_and_curves_of_its_checkpoint(tmp_path, unvalidated):
    trainer, work = make_trainer(tmp_path, unvalidated, checkpoint_every=1)
    trainer.progress.seconds = 1_000.0
    trainer.train(StopRequests())
    assert trainer.progress.seconds > 1_000
    assert sorted(curve(work, "loss")) == [1, 2]
    Path(checkpoints.path_of_step(work.checkpoints, 2)).unlink()
    again, _ = make_trainer(tmp_path, unvalidated, checkpoint_every=1)
    assert again.resume()
    assert sorted(curve(work, "loss")) == [1]
    assert again.progress.seconds > 1_000


class Disagreeing(Workers):
    """One worker that hears of another one's different weights, from call `since` on."""

    def __init__(self, since):
        super().__init__()
        self._calls_left = since

    def differing(self, text):
        assert re.fullmatch("[0-9a-f]{64}", text)
        self._calls_left -= 1
        return [1] if self._calls_left < 0 else []


@pytest.mark.parametrize("since", [0, 1])
def test_a_run_notices_unequal_weights_at_its_start_and_end(tmp_path, unvalidated, since):
    trainer, work = make_trainer(tmp_path, unvalidated, Disagreeing(since))
    if since:
        trainer.resume()
    with pytest.raises(InputError, match="the weights on worker 1 differ from those on worker 0: look for faulty"):
        trainer.train(StopRequests()) if since else trainer.resume()
    assert not (Path(work.path) / "result.json").exists()


def test_a_checkpoint_of_another_version_is_named(tmp_path, unvalidated, plain):
    path = shutil.copytree(plain.path, tmp_path / "work")
    again, work = make_trainer(path, unvalidated)
    latest = checkpoints.load_latest(work.checkpoints)
    for arrays, state, found in [
        (latest.arrays, {**latest.state, "mood": 1}, "mood"),
        (latest.arrays | {"weights/tagger/other": np.zeros(1)}, latest.state, "weights/tagger/other"),
    ]:
        checkpoints.save_step(work.checkpoints, 99, checkpoints.Checkpoint(arrays, state), keep=1)
        with pytest.raises(InputError, match=f"checkpoints of another version .*{found}.*; use another --workdir"):
            again.resume()


def test_the_lowest_loss_may_choose_the_best_weights_and_a_training_sample_has_its_curves(tmp_path, records):
    settings = {"best_metric": "loss", "train_sample": 5, "kept_sentences": 4, "learning_rate": 0.3, "epochs": 3}
    trainer, work = make_trainer(tmp_path / "work", records, **settings)
    assert trainer.train(StopRequests())
    losses = curve(work, "loss", "validation")
    lowest = min(losses, key=losses.get)
    result = json.loads((Path(work.path) / "result.json").read_text())
    assert result["best_score"] == pytest.approx(losses[lowest])
    assert result["best_step"] == lowest
    assert curve(work, "loss", "train_sample").keys() == losses.keys(), "both curves have the same steps"
    assert curve(work, "entity/micro_f1", "train_sample").keys() == losses.keys()
    assert curve(work, card_tags.LOSS).keys() == curve(work, "loss").keys(), "on TensorBoard's first screen too"
    headers = [payload.read_header(list(blobs)) for blobs in values_of(work, payload.TAG, "validation").values()]
    assert {header["kept"]["mostConfident"] for header in headers} == {2}, "half of kept_sentences"
