import dataclasses
import json
import os
from pathlib import Path

import pytest

from ner.config import Config
from ner.errors import InputError
from ner.run_dir.workdir import WorkDir
from ner.sweeps.grid import Trial
from ner.sweeps.planned import Planned
from ner.training_config import TrainingConfig
from tests.conftest import invented_sentences, write_records

RESULT = {"best_metric": "entity/micro_f1", "best_score": 0.5, "best_step": 7, "epochs": 1.0, "seconds": 3.0}


@pytest.fixture
def planned(records) -> Planned:
    return Planned(Trial("seed=0", ("--seed=0",)), Config(), records[1])


@pytest.fixture
def folder(tmp_path, records, planned) -> Path:
    """A work folder in which `planned` was trained to its end."""
    WorkDir(str(tmp_path / "work")).prepare(planned.config, planned.dataset, records[0])
    (tmp_path / "work/result.json").write_text(json.dumps(RESULT))
    return tmp_path / "work"


def test_the_result_of_this_very_training_is_found(planned, folder, tmp_path):
    assert planned.result(folder) == RESULT
    assert planned.result(tmp_path / "not begun") is None
    (folder / "result.json").unlink()
    assert planned.result(folder) is None


def test_the_result_of_other_settings_or_records_is_not_taken_for_it(planned, folder, tmp_path):
    other = write_records(tmp_path / "other", {"train": invented_sentences(9)})
    longer = Config(training=TrainingConfig(epochs=99))
    assert dataclasses.replace(planned, config=longer).result(folder) is None
    assert dataclasses.replace(planned, dataset=other).result(folder) is None


def test_a_result_older_than_the_configuration_is_not_believed(planned, folder):
    ended = (folder / "result.json").stat().st_mtime_ns
    os.utime(folder / "config.json", ns=(ended + 1, ended + 1))  # another start took these settings, and was killed
    assert planned.result(folder) is None


def test_a_result_of_another_version_is_named(planned, folder):
    (folder / "result.json").write_text('{"best_step": 7, "best_entity_f1": 0.5}')
    with pytest.raises(InputError, match=r"result\.json: no best_metric in it"):
        planned.result(folder)


def test_sentences_are_those_of_a_whole_share(planned, records):
    total = records[1].split("train").sentences
    assert planned.sentences == total
    halved = Config(training=TrainingConfig(folds=2, fold=1, train_share=0.5))
    assert dataclasses.replace(planned, config=halved).sentences == total - total // 2
