"""Cross-validation: each training sentence is scored by the model that did not see it."""

import json
import os

import numpy as np
import pytest

from ner import sweep
from ner.config import Config, ModelConfig
from ner.data.subset import Subset
from ner.errors import InputError
from ner.inference.out_of_fold import check_folds
from ner.model.network import Network
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir
from ner.sweeps.grid import Trial
from ner.sweeps.locks import lock
from ner.sweeps.planned import Planned
from ner.training_config import TrainingConfig
from tests.conftest import invented_sentences, write_records

RESULT = {"best_metric": "entity/micro_f1", "best_score": 0.5, "best_step": 7, "epochs": 1.0, "seconds": 3.0}
LABEL_OF_FOLD = ("O", "B-PER", "B-LOC")


@pytest.fixture
def trials(tmp_path, records):
    """A finished run for each of three folds, whose model gives every word the same label."""
    folder, dataset = records
    model, found = ModelConfig(embedding_size=4, lstm_units=6, lstm_layers=1), []
    for fold, label in enumerate(LABEL_OF_FOLD):
        config = Config(model=model, training=TrainingConfig(folds=3, fold=fold))
        work = WorkDir(str(tmp_path / f"sweep/fold={fold}"))
        work.prepare(config, dataset, folder)
        tagger = Network(model, dataset.vocabulary, dataset.labels)
        tagger.head.scores.kernel.assign(tagger.head.scores.kernel * 0)
        tagger.head.scores.bias.assign(np.eye(len(dataset.labels))[dataset.labels.ids[label]] * 9)
        checkpoints.save(work.best, checkpoints.Checkpoint(tagger.weights_by_name(), {"step": fold}))
        (tmp_path / f"sweep/fold={fold}/result.json").write_text(json.dumps(RESULT))
        found.append(Planned(Trial(f"fold={fold}", (f"--fold={fold}",)), config, dataset, folder))
    return found


def test_every_sentence_is_predicted_by_the_model_that_left_it_out(trials, tmp_path, sentences, capsys):
    assert sweep._report_folds(str(tmp_path / "sweep"), trials) == 0
    reports = tmp_path / "sweep/reports"
    blocks = (reports / "train-out-of-fold.conll").read_text().split("\n\n")[:-1]
    assert len(blocks) == 40
    for position, (block, sentence) in enumerate(zip(blocks, sentences(40), strict=True)):
        place, *rows = block.split("\n")
        assert place.startswith(f"# sentence {position + 1}: train.txt:")
        assert tuple(row.split("\t")[0] for row in rows) == sentence.tokens
        [fold] = [fold for fold in range(3) if Subset.fold(40, fold, 3).chosen[position]]
        assert {row.split("\t")[2] for row in rows} == {LABEL_OF_FOLD[fold]}
    report = json.loads((reports / "train-out-of-fold.json").read_text())
    assert report["sentences"] == 40
    assert "train-out-of-fold-suspects.conll" in capsys.readouterr().out
    assert list((tmp_path / "sweep/train-out-of-fold").glob("*.tfevents.*"))


def test_folds_that_are_missing_are_waited_for_or_named(trials, tmp_path, capsys):
    works = [WorkDir(str(tmp_path / f"sweep/fold={fold}")) for fold in (0, 1)]
    with pytest.raises(InputError, match="expected one run for each fold"):
        check_folds(works)
    (tmp_path / "sweep/fold=2/result.json").unlink()
    assert sweep._report_folds(str(tmp_path / "sweep"), trials) == 0  # or a job array would run this share again
    assert "other jobs still train folds" in capsys.readouterr().out
    assert not (tmp_path / "sweep/reports").exists()


def test_one_job_reports(trials, tmp_path, capsys):
    held = lock(tmp_path / "sweep/reports")
    assert sweep._report_folds(str(tmp_path / "sweep"), trials) == 0
    os.close(held)
    assert "another job, which ended at the same time, reports" in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "sweep/reports").iterdir()] == ["sweep.lock"]


def test_folds_compare_no_settings():
    for others in ({"seeds": 2}, {"grid": ("epochs=1,2",)}, {"train_shares": "0.5,1"}, {"flagfiles": ("a", "b")}):
        with pytest.raises(InputError, match="--folds compares no settings"):
            sweep.Options(output_dir="x", folds=3, **others)


def test_folds_of_text_that_is_pretrained_on_have_no_report(tmp_path):
    write_records(tmp_path / "records", {"train": invented_sentences(6)})
    options = sweep.Options(output_dir=str(tmp_path / "sweep"), folds=2)
    with pytest.raises(InputError, match="--head=masked_words learns no labels, and --folds reports on predicted ones"):
        sweep.main(options, [f"--records={tmp_path}/records", "--encoder=hierarchical", "--head=masked_words"])
