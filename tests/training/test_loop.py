import contextlib
import io
import json
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest

from ner.data.tfrecord import DamagedShardError
from ner.errors import InputError
from ner.inference import split_evaluation
from ner.inference.models.keras_model import load_ensemble
from ner.run_dir import checkpoints
from ner.run_dir.trained_tagger import load_tagger
from ner.run_dir.workdir import WorkDir
from ner.signals import RUN_AGAIN, StopRequests
from ner.text.sentence import Sentence
from ner.training import launch
from tests.conftest import invented_sentences, write_records
from tests.training.small_run import make_spec

SMALL = {"embedding_size": 4, "lstm_units": 6, "lstm_layers": 1, "bidirectional": False}


def make_run(path, records, **training):
    settings = {"epochs": 3, "batch_size": 8, "log_every": 2, "learning_rate": 0.01, **training}
    spec = make_spec(path, records, **SMALL, **settings)
    return launch.make_trainer(spec), spec.work


class StopAt(StopRequests):
    """Asks to stop after step `step` of a run, as a signal would."""

    def __init__(self, run, step):
        super().__init__()
        self._run, self._step = run, step

    @property
    def exit_code(self):
        return RUN_AGAIN if self._run.progress.step >= self._step else None

    @exit_code.setter
    def exit_code(self, value):
        pass


def result_of(work):
    return json.loads((Path(work.path) / "result.json").read_text())


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The work folder of a run of three epochs, and what it has printed."""
    folder, made = tmp_path_factory.mktemp("undisturbed"), invented_sentences(60)
    dataset = write_records(folder / "records", {"train": made[:40], "validation": made[40:50], "test": made[50:]})
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        run, work = make_run(folder / "work", (str(folder / "records"), dataset))
        assert run.train(StopRequests())
    return work, shown.getvalue()


@pytest.fixture
def finished(tmp_path, undisturbed):
    """A copy of the undisturbed run's work folder."""
    work, _ = undisturbed
    return WorkDir(shutil.copytree(work.path, str(tmp_path / "work")))


def test_a_run_writes_result_checkpoints_and_logs(undisturbed):
    work, shown = undisturbed
    result = result_of(work)
    assert (result["steps"], result["epochs"], result["stopped_early"]) == (15, 3.0, False)
    assert result["best_step"] in (5, 10, 15)
    assert result["sentences_per_second"] > 0
    assert len(result["weights_sha256"]) == 64
    names = {path.name for path in Path(work.checkpoints).iterdir()}
    assert names == {"best.npz", "step-00000010.npz", "step-00000015.npz"}
    assert {path.name for path in Path(work.logs).iterdir()} == {"train", "validation"}
    assert "step 2  epoch 0.40/3" in shown
    assert shown.count("validation at step") == 3
    tagger, step = load_tagger(work)
    assert step == result["best_step"]
    assert not np.array_equal(tagger.weights_by_name()["tagger/head/bias"], np.zeros(5))


BALANCED = {
    "oversample": 0.5,
    "class_weighting": "inverse_sqrt",
    "ema_decay": 0.9,
    "accumulate_steps": 2,
    "batch_size": 4,
}


# Step -> starts after the stop there. Steps 5 and 15 end an epoch, 15 the run too.
@pytest.mark.parametrize(("stops", "settings"), [({1: 1, 5: 2, 15: 1}, {}), ({8: 1}, BALANCED)])
def test_a_run_that_was_stopped_ends_with_the_same_weights(tmp_path, records, undisturbed, stops, settings):
    work, _ = undisturbed
    if settings:
        run, work = make_run(tmp_path / "undisturbed", records, **settings)
        run.train(StopRequests())
    run, stopped_work = make_run(tmp_path / "stopped", records, **settings)
    for step, starts in stops.items():
        assert not run.train(StopAt(run, step))
        assert run.progress.step == step
        for left in reversed(range(starts)):  # all but the last get a stop signal at once, in the validation they owe
            run, _ = make_run(tmp_path / "stopped", records, **settings)
            assert run.resume()
            assert run.progress.step == step
            if left:
                assert not run.train(StopAt(run, step))
    assert run.train(StopRequests())
    best = [checkpoints.load(one.best).arrays for one in (work, stopped_work)]
    for name, value in best[0].items():
        np.testing.assert_array_equal(best[1][name], value)
    undisturbed, stopped = result_of(work), result_of(stopped_work)
    for name in ("steps", "best_step", "best_score", "best", "weights_sha256"):
        assert undisturbed[name] == stopped[name]


def test_a_finished_run_is_not_trained_again(finished, records):
    before = result_of(finished)
    again, _ = make_run(finished.path, records)
    again.resume()
    assert again.finished
    assert again.train(StopRequests())
    assert result_of(finished) == before


def test_patience_ends_a_run_that_no_longer_gains_and_of_equal_scores_the_later_weights_are_kept(tmp_path, records):
    run, work = make_run(tmp_path / "work", records, epochs=50, learning_rate=1e-9, patience=2, validate_every=1)
    assert run.train(StopRequests())
    result = result_of(work)
    assert result["stopped_early"]
    assert run.progress.step == 3
    assert run.progress.validations_without_gain == 2
    assert (result["best_step"], result["best_score"]) == (3, run.progress.best_score)
    assert load_tagger(work)[1] == 3


def test_without_a_validation_split_the_last_weights_are_the_best_also_where_steps_are_profiled(tmp_path, records):
    del records[1].splits["validation"]
    run, work = make_run(tmp_path / "work", records, epochs=1)
    assert run.train(StopRequests(), profiled=(2, 4))
    assert result_of(work)["best_score"] is None
    assert load_tagger(work)[1] == 5
    assert list(Path(work.logs).glob("train/plugins/profile/*/*.xplane.pb"))


def test_a_nan_loss_stops_the_run(tmp_path, records):
    run, _ = make_run(tmp_path / "work", records)
    run.state.tagger.head.scores.bias.assign(np.full(5, np.nan))
    message = r"NaN or infinite loss or gradient in batch 0; .*/bad-batch-00000000\.npz, and it .*learning_rate"
    with pytest.raises(InputError, match=message):
        run.train(StopRequests())
    assert checkpoints.load_latest(str(tmp_path / "work/checkpoints")) is None
    with np.load(tmp_path / "work/bad-batch-00000000.npz") as bad:
        assert bad["char_ids"].shape == bad["labels"].shape
        assert len(bad["char_ids"]) == 8


def test_a_shard_damaged_during_training_is_named(tmp_path, records):
    folder, dataset = records
    run, _ = make_run(tmp_path / "work", records)
    shard = Path(folder) / dataset.split("train").shards[1].file
    content = bytearray(shard.read_bytes())
    content[40] ^= 1
    shard.write_bytes(content)
    with pytest.raises(DamagedShardError, match=r"train-00001-of-00003\.tfrecord: record 0: "):
        run.train(StopRequests())


def test_load_tagger_names_weights_of_another_version(work):
    arrays = checkpoints.load(work.best).arrays
    name = "tagger/head/bias"
    for other in ({name: arrays[name][:1]}, {f"{name}/old": arrays[name]}):
        checkpoints.save(work.best, checkpoints.Checkpoint(arrays | other, {"step": 3}))
        with pytest.raises(InputError, match=r"best\.npz: weights of another version \(.*; train again, in a new"):
            load_tagger(work)


def test_load_tagger_names_a_folder_without_a_trained_one(tmp_path, records):
    _, work = make_run(tmp_path / "work", records)
    with pytest.raises(InputError, match=r"best\.npz: no such file: there are no trained weights yet; wait"):
        load_tagger(work)


def test_the_last_update_of_an_epoch_has_the_batches_that_are_left(tmp_path, records):
    del records[1].splits["validation"]
    run, _ = make_run(tmp_path / "work", records, accumulate_steps=2)  # epochs of 5 batches
    assert run.train(StopRequests())
    assert (run.progress.step, run.progress.batches, run.progress.sentences) == (9, 15, 120)


def test_rare_types_make_epochs_longer(tmp_path):
    """A quarter of the sentences has entities: each is read twice an epoch."""
    plain = [Sentence.from_tokens([str(number), "nothing"], ["O", "O"]) for number in range(30)]
    dataset = write_records(tmp_path / "records", {"train": [*plain, *invented_sentences(10)]})
    records = str(tmp_path / "records"), dataset
    run, work = make_run(tmp_path / "work", records, oversample=1.0, epochs=2)
    assert run.train(StopRequests())
    assert run.progress.sentences == 100
    assert result_of(work)["epochs"] == 2
    again, _ = make_run(tmp_path / "work", records, oversample=1.0, epochs=2)
    again.resume()
    assert again.finished


def test_a_share_of_the_training_split_without_a_fold_is_trained_on_and_resumed(tmp_path, records):
    settings = {"train_share": 0.5, "folds": 4, "fold": 1, "epochs": 2, "train_sample": 100}
    run, work = make_run(tmp_path / "work", records, **settings)
    assert run.train(StopRequests())
    assert run.progress.sentences == 2 * 15
    assert result_of(work)["epochs"] == 2
    with pytest.raises(InputError, match=r"train_share 0\.5 there, 1\.0 now"):
        make_run(tmp_path / "work", records, **{**settings, "train_share": 1.0})


def test_class_imbalance_is_handled_without_reading_the_training_split(tmp_path):
    plain = [Sentence.from_tokens(["again"] * number, ["O"] * number) for number in range(1, 31)]
    dataset = write_records(tmp_path / "records", {"train": [*plain, *invented_sentences(10)]})
    for shard in dataset.split("train").shards:
        (tmp_path / "records" / shard.file).unlink()
    made = str(tmp_path / "records"), dataset
    trainer, _ = make_run(tmp_path / "work", made, class_weighting="inverse_sqrt", oversample=1.0)
    assert trainer.data.plan.before(2) == 100


def test_a_run_killed_before_its_result_writes_it_at_the_next_start(finished, records):
    before = result_of(finished)
    (Path(finished.path) / "result.json").unlink()
    again, _ = make_run(finished.path, records)
    again.resume()
    assert again.train(StopRequests())
    assert result_of(finished) == before


def test_a_run_told_to_stop_while_it_reports_does_so_in_its_next_start(finished, records, monkeypatch, capsys):
    settings = {"epochs": 3, "batch_size": 8, "log_every": 2, "learning_rate": 0.01}
    spec = make_spec(finished.path, records, **SMALL, **settings)._replace(reported="test")

    def told(works):
        signal.raise_signal(signal.SIGUSR1)
        return load_ensemble(works)

    with monkeypatch.context() as patched:
        patched.setattr(split_evaluation, "load_ensemble", told)
        assert launch.train(spec) == RUN_AGAIN
    shown = capsys.readouterr().out
    assert shown.endswith("stopped before the report on test; the same command writes it\n"), shown
    assert not list(Path(finished.reports).iterdir())
    assert launch.train(spec) == 0
    assert (Path(finished.reports) / "test.json").exists()


def test_a_worker_reports_after_it_sees_the_weights_that_the_chief_wrote(finished, records, monkeypatch):
    settings = {"epochs": 3, "batch_size": 8, "log_every": 2, "learning_rate": 0.01}
    spec = make_spec(finished.path, records, **SMALL, **settings)._replace(reported="test")
    calls = []
    monkeypatch.setattr(launch, "wait_for_best", lambda work, workers: calls.append("wait"))
    monkeypatch.setattr(split_evaluation, "evaluate", lambda *_, **__: calls.append("evaluate"))
    assert launch.train(spec) == 0
    assert calls == ["wait", "evaluate"]


def test_averaged_weights_are_those_kept_as_the_best(tmp_path, records):
    run, work = make_run(tmp_path / "work", records, epochs=1, ema_decay=0.9)
    run.train(StopRequests())
    with run.step.eval_weights():
        averages = run.state.tagger.weights_by_name()
    best = checkpoints.load(work.best).arrays
    last = run.state.tagger.weights_by_name()
    for name, value in averages.items():
        np.testing.assert_array_equal(best[name], value)
        assert not np.array_equal(last[name], value)
