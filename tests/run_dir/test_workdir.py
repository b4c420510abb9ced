import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from ner.config import Config, ModelConfig
from ner.data.word_vectors import WordVectors
from ner.errors import InputError
from ner.run_dir.workdir import WorkDir
from ner.training_config import TrainingConfig
from tests.conftest import invented_sentences, write_records


def learn_something(work):
    (Path(work.checkpoints) / "step-00000001.npz").touch()


def changed(config, **training):
    return dataclasses.replace(config, training=dataclasses.replace(config.training, **training))


@pytest.mark.parametrize("content", [b"{}", b"\xff\xfe", b'{"model": {"encoder": "\xff"}, "training": {}}'])
def test_a_damaged_configuration_is_named(tmp_path, content):
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(InputError, match=r"config.json: not a config.json of this version"):
        WorkDir(str(tmp_path)).config()


def test_prepare_saves_what_evaluation_needs(tmp_path, records):
    folder, dataset = records
    work = WorkDir(str(tmp_path / "work"))
    assert work.prepare(Config(), dataset, folder) == []
    assert work.config() == Config()
    assert work.dataset() == dataset
    assert work.prepare(Config(), dataset, folder) == []


def test_word_vectors_are_kept_and_compared(tmp_path, records):
    folder, dataset = records
    work = WorkDir(str(tmp_path / "work"))
    config = Config(model=ModelConfig(encoder="hierarchical", word_vectors="some.vec"))
    vectors, other = (WordVectors.scaled(["a", "b"], np.array(rows)) for rows in ([[1, 0], [0, 1]], [[0, 1], [1, 0]]))
    work.prepare(config, dataset, folder, other)
    assert work.prepare(config, dataset, folder, vectors) == []  # nothing was learnt yet
    assert work.word_vectors().fingerprint == vectors.fingerprint
    learn_something(work)
    assert work.prepare(config, dataset, folder, vectors) == []
    for use in (work.check, work.prepare):
        with pytest.raises(InputError, match=r"some.vec has changed since .*work was made with it; restore it, or use"):
            use(config, dataset, folder, other)
    moved = Config(model=ModelConfig(encoder="hierarchical", word_vectors="moved.vec", max_word_vectors=2))
    with pytest.raises(
        InputError, match=r"word_vectors some.vec there, moved.vec now, max_word_vectors 200000 there, 2"
    ):
        work.prepare(moved, dataset, folder, other)
    assert work.prepare(moved, dataset, folder, vectors) == []  # the same vectors, in another place
    assert work.config() == moved
    work.prepare(config, dataset, folder, vectors)
    with pytest.raises(InputError, match=r"another model: encoder hierarchical there, lstm now, word_vectors some.vec"):
        work.prepare(Config(), dataset, folder)
    (tmp_path / "work" / "word_vectors.npz").unlink()
    with pytest.raises(InputError, match=r"word_vectors.npz: not readable"):
        work.word_vectors()


def test_a_folder_of_another_run_is_refused_with_both_named(tmp_path, records):
    folder, dataset = records
    work = WorkDir(str(tmp_path / "work"))
    work.prepare(Config(), dataset, folder)
    learn_something(work)
    remedy = "give the same as before, or use another --workdir"
    with pytest.raises(InputError, match=f"another model: lstm_units 256 there, 7 now; {remedy}"):
        work.prepare(Config(model=ModelConfig(lstm_units=7)), dataset, folder)
    with pytest.raises(InputError, match=f"other settings: batch_size 64 there, 32 now; {remedy}"):
        work.prepare(changed(Config(), batch_size=32), dataset, folder)
    other = write_records(tmp_path / "other", {"train": invented_sentences(9)})
    with pytest.raises(
        InputError, match=r"other records \(.*train\.txt, 40 sentences\) than other \(.*, 9 sentences\)"
    ):
        work.prepare(Config(), other, "other")
    assert work.dataset() == dataset


def test_before_anything_was_learnt_any_settings_will_do(tmp_path, records):
    folder, dataset = records
    work = WorkDir(str(tmp_path / "work"))
    work.prepare(Config(), dataset, folder)
    other = changed(Config(), batch_size=32)
    assert work.prepare(other, dataset, folder) == []
    assert work.config() == other


def test_settings_that_do_not_touch_the_past_may_change_and_are_told(tmp_path, records):
    folder, dataset = records
    work = WorkDir(str(tmp_path / "work"))
    work.prepare(Config(), dataset, folder)
    learn_something(work)
    assert work.prepare(changed(Config(), epochs=10), dataset, folder) == [
        "changed since the last start: epochs 20 there, 10 now"
    ]
    assert work.config() == Config(training=TrainingConfig(epochs=10))


def test_more_epochs_are_told_to_raise_the_learning_rate(tmp_path, records):
    folder, dataset = records
    work = WorkDir(str(tmp_path / "work"))
    work.prepare(Config(), dataset, folder)
    learn_something(work)
    assert work.prepare(changed(Config(), epochs=30), dataset, folder) == [
        "changed since the last start: epochs 20 there, 30 now",
        "the learning rate rises again: the cosine schedule now ends after 30 epochs; a lower --learning_rate "
        "avoids it",
    ]


def test_batches_stay_those_that_the_position_was_counted_in(tmp_path, records):
    """Also where as many sentences make an update: the position is the end of a batch."""
    folder, dataset = records
    work = WorkDir(str(tmp_path / "work"))
    work.prepare(Config(), dataset, folder)
    learn_something(work)
    with pytest.raises(InputError, match=r"other settings: batch_size 64 there, 16 now, accumulate_steps 1 there, 4"):
        work.prepare(changed(Config(), batch_size=16, accumulate_steps=4), dataset, folder)


def test_records_with_another_encoding_are_refused(tmp_path, records):
    folder, dataset = records
    work = WorkDir(str(tmp_path / "work"))
    work.prepare(Config(), dataset, folder)
    work.check_same_encoding(dataset, folder, "")
    other = write_records(tmp_path / "other", {"train": invented_sentences(1)})
    with pytest.raises(InputError, match=r"^those in other have .* B-LOC .* was trained with other ones .*; build"):
        work.check_same_encoding(other, "those in other", "build them again")


def test_records_with_another_label_of_spaces_are_refused(tmp_path, records):
    folder, dataset = records
    work = WorkDir(str(tmp_path / "work"))
    work.prepare(Config(), dataset, folder)
    other = dataclasses.replace(dataset, space_label="outside")
    message = (
        r"^those in other were built with --space_label=outside, .*/work was trained on --space_label=inside; build"
    )
    with pytest.raises(InputError, match=message):
        work.check_same_encoding(other, "those in other", "build them again")


def test_config_names_a_folder_that_is_no_work_folder(tmp_path):
    with pytest.raises(InputError, match=r"no config\.json here; name a folder that .*ner\.train"):
        WorkDir(str(tmp_path)).config()


def test_write_result_writes_json(tmp_path):
    WorkDir(str(tmp_path)).write_result({"steps": 3})
    assert json.loads((tmp_path / "result.json").read_text()) == {"steps": 3}
