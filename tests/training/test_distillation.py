"""Runs that learn from other runs (`--teacher`)."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from ner.config import Config, ModelConfig
from ner.errors import InputError
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir
from ner.text.sentence import Sentence
from ner.text.spacing import AS_WRITTEN
from ner.training import launch
from ner.training.launch_config import LaunchConfig
from ner.training_config import TrainingConfig
from tests.conftest import invented_sentences, write_records

SIZES = {"embedding_size": 4, "lstm_units": 6, "lstm_layers": 1, "bidirectional": False}
MODEL = {**SIZES, "dropout": 0.0, "char_dropout": 0.0}


def train(path, records, **training):
    """The best weights of a run, in one vector."""
    folder, dataset = records
    training = {"epochs": 1, "batch_size": 8, "learning_rate": 0.01, "warmup_steps": 0} | training
    config = Config(model=ModelConfig(**MODEL), training=TrainingConfig(**training))
    work = WorkDir(str(path))
    assert launch.train(launch.RunSpec(config, dataset, folder, work, work.prepare(config, dataset, folder))) == 0
    arrays = checkpoints.load(work.best).arrays
    return np.concatenate([arrays[name].ravel() for name in sorted(arrays)])


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    folder = tmp_path_factory.mktemp("records")
    return str(folder), write_records(folder, {"train": invented_sentences(16)})


@pytest.fixture(scope="module")
def teacher(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("teacher")
    train(path, records, seed=7)
    return str(path)


def test_a_run_learns_from_its_teachers_as_much_as_it_is_told(tmp_path, records, teacher, capsys):
    plain = train(tmp_path / "plain", records)
    assert "teacher" not in capsys.readouterr().out
    taught = train(tmp_path / "taught", records, teacher=f"{teacher},{tmp_path}/plain", distillation=0.9)
    assert f"teacher     {teacher}, {tmp_path}/plain: 90% of the loss" in capsys.readouterr().out
    ignoring = train(tmp_path / "ignoring", records, teacher=teacher, distillation=0.0)
    np.testing.assert_array_equal(ignoring, plain)
    assert not np.array_equal(taught, plain)


def test_a_finished_run_needs_its_teacher_no_more(tmp_path, records, teacher):
    moved = shutil.copytree(teacher, tmp_path / "teacher")
    first = train(tmp_path / "work", records, teacher=str(moved))
    shutil.rmtree(moved)
    config = WorkDir(str(tmp_path / "work")).config()
    LaunchConfig(records=records[0], workdir=str(tmp_path / "work")).check(config, records[1])
    np.testing.assert_array_equal(train(tmp_path / "work", records, teacher=str(moved)), first)


def damage_last(checkpoints_folder):
    last = max(checkpoints_folder.glob("step-*.npz"))
    last.write_bytes(last.read_bytes()[:-50])


@pytest.mark.parametrize("lose", [shutil.rmtree, damage_last])
def test_a_finished_run_that_lost_its_last_checkpoint_asks_its_teacher_again(tmp_path, records, teacher, lose):
    settings = {"teacher": teacher, "checkpoint_every": 1}
    first = train(tmp_path / "work", records, **settings)
    lose(tmp_path / "work/checkpoints")
    np.testing.assert_array_equal(train(tmp_path / "work", records, **settings), first)


def test_a_resumed_run_warns_of_a_teacher_that_has_other_weights(tmp_path, records, teacher, capsys):
    moved = shutil.copytree(teacher, tmp_path / "teacher")
    for epochs, weights, warned in ((1, None, False), (2, None, False), (3, tmp_path / "plain", True)):
        if weights:
            train(weights, records)
            shutil.copy(WorkDir(str(weights)).best, WorkDir(str(moved)).best)
        capsys.readouterr()
        train(tmp_path / "work", records, teacher=str(moved), epochs=epochs)
        assert ("warning: --teacher has other weights than when this run stopped" in capsys.readouterr().out) == warned


def test_a_teacher_that_is_no_trained_run_of_such_records_is_refused_at_the_start(tmp_path, records, teacher):
    options = LaunchConfig(records="records", workdir=str(tmp_path / "work"))
    options.check(Config(training=TrainingConfig(teacher=teacher)), records[1])
    with pytest.raises(InputError, match="nowhere"):
        options.check(Config(training=TrainingConfig(teacher=f"{teacher},{tmp_path}/nowhere")), records[1])
    other = write_records(tmp_path, {"train": [Sentence.from_tokens(["Omega"], ["B-NEW"])] * 8})
    with pytest.raises(InputError, match=r"the model in .* was trained with other ones .*; name a --teacher"):
        options.check(Config(training=TrainingConfig(teacher=teacher)), other)
    spaced = replace(records[1], spacing=AS_WRITTEN)
    with pytest.raises(InputError, match=rf"have {AS_WRITTEN}, but .* a space between .*; name a --teacher"):
        options.check(Config(training=TrainingConfig(teacher=teacher)), spaced)
    with pytest.raises(InputError, match="hold the same weights: name each model of an ensemble once"):
        options.check(Config(training=TrainingConfig(teacher=f"{teacher},{teacher}/")), records[1])
