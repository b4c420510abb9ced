"""What is refused before a run starts."""

import dataclasses
from types import SimpleNamespace

import pytest

from ner.config import Config, ModelConfig
from ner.errors import InputError
from ner.run_dir.workdir import WorkDir
from ner.text.labels import NOT_ANNOTATED
from ner.training import launch
from ner.training.launch import check_shares
from ner.training.launch_config import LaunchConfig
from ner.training_config import TrainingConfig
from tests.conftest import invented_sentences, write_records


@pytest.mark.parametrize("head", ["softmax", "crf"])
def test_records_that_nobody_annotated_are_refused_by_heads_that_learn_labels(tmp_path, head):
    made = [dataclasses.replace(one, tags=(NOT_ANNOTATED,) * len(one.tags)) for one in invented_sentences(6)]
    options = LaunchConfig(records="records", workdir=str(tmp_path / "work"))
    config = Config(model=ModelConfig(head=head))
    message = r"records: no token of the training split is annotated: these records are for --head=masked_words"
    with pytest.raises(InputError, match=message):
        options.check(config, write_records(tmp_path / "plain", {"train": made}))
    made[0] = invented_sentences(1)[0]
    options.check(config, write_records(tmp_path / "partly", {"train": made}))


def test_a_validation_that_nobody_annotated_is_refused(tmp_path):
    made = invented_sentences(3)
    plain = dataclasses.replace(made[0], tags=(NOT_ANNOTATED,) * len(made[0].tags))
    options = LaunchConfig(records="records", workdir=str(tmp_path / "work"))
    with pytest.raises(InputError, match="records: no token of the validation split is annotated, so no step"):
        options.check(Config(), write_records(tmp_path / "plain", {"train": made, "validation": [plain]}))
    options.check(Config(), write_records(tmp_path / "partly", {"train": made, "validation": [plain, made[1]]}))


def test_more_folds_than_sentences_are_refused(tmp_path):
    dataset = write_records(tmp_path, {"train": invented_sentences(3)})
    options = LaunchConfig(records="records", workdir=str(tmp_path / "work"))
    with pytest.raises(InputError, match="--folds=4: records has 3 training sentences; name at most as many folds"):
        options.check(Config(training=TrainingConfig(folds=4)), dataset)
    options.check(Config(training=TrainingConfig(folds=3)), dataset)


def test_settings_that_need_labels_are_refused_by_a_head_that_learns_none(tmp_path):
    made = [dataclasses.replace(one, tags=(NOT_ANNOTATED,) * len(one.tags)) for one in invented_sentences(6)]
    options = LaunchConfig(records="records", workdir=str(tmp_path / "work"))
    training = TrainingConfig(class_weighting="inverse_sqrt", focal_gamma=2.0)
    config = Config(model=ModelConfig(head="masked_words", encoder="hierarchical"), training=training)
    message = "--head=masked_words learns no labels, and cannot have --class_weighting, --focal_gamma"
    with pytest.raises(InputError, match=message):
        options.check(config, write_records(tmp_path / "plain", {"train": made}))


def test_the_setting_that_limits_a_batch_and_no_other_must_be_a_multiple_of_the_devices():
    check_shares(TrainingConfig(batch_size=9), 3)
    check_shares(TrainingConfig(batch_size=64, max_batch_characters=3000), 3)
    with pytest.raises(InputError, match=r"--batch_size=64 is of all 3 devices together.*such as 66"):
        check_shares(TrainingConfig(batch_size=64), 3)
    with pytest.raises(InputError, match=r"--max_batch_characters=4000 is of all 3 devices together.*such as 4002"):
        check_shares(TrainingConfig(batch_size=9, max_batch_characters=4000), 3)


def test_a_run_is_refused_whose_devices_cannot_share_a_batch(tmp_path, monkeypatch):
    for name in ("keep_freed_memory", "use_devices"):
        monkeypatch.setattr(launch, name, lambda *_: None)
    monkeypatch.setattr(launch, "make_replicas", lambda *_: SimpleNamespace(count=3))
    dataset = write_records(tmp_path, {"train": invented_sentences(3)})
    spec = launch.RunSpec(Config(training=TrainingConfig(batch_size=64)), dataset, str(tmp_path), WorkDir("work"), [])
    with pytest.raises(InputError, match="--batch_size=64 is of all 3 devices together"):
        launch.train(spec)
