import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from ner.errors import InputError
from ner.run_dir import checkpoints
from ner.run_dir.checkpoints import Checkpoint
from ner.run_dir.trained_weights import TrainedWeights


def test_a_work_folder_stands_for_its_best_weights(work):
    found = TrainedWeights.find(work.path)
    assert (found.work, found.path) == (work, work.best)
    arrays, step = found.load()
    assert step == 3
    assert "tagger/head/bias" in arrays


@pytest.mark.parametrize("averaged", [False, True])
def test_a_checkpoint_stands_for_its_averages_or_weights(work, averaged):
    arrays = {"weights/tagger/a": np.ones(2), "optimizer/a": np.zeros(2)}
    arrays |= {"average/tagger/a": np.full(2, 0.5)} if averaged else {}
    checkpoints.save_step(work.checkpoints, 7, Checkpoint(arrays, {"step": 7}), keep=1)
    found = TrainedWeights.find(checkpoints.path_of_step(work.checkpoints, 7))
    assert found.work.path == work.path
    arrays, step = found.load()
    assert (step, list(arrays)) == (7, ["tagger/a"])
    assert arrays["tagger/a"].tolist() == [0.5 if averaged else 1.0] * 2


def test_a_checkpoint_may_be_named_from_within_its_folder(work, monkeypatch):
    monkeypatch.chdir(work.path)
    assert TrainedWeights.find("checkpoints/best.npz").load()[1] == 3


def test_a_checkpoint_without_its_work_folder_is_refused(work, tmp_path):
    alone = tmp_path / "elsewhere/best.npz"
    alone.parent.mkdir()
    shutil.copy(work.best, alone)
    message = f"{alone}: no config.json and no dataset.json in {tmp_path}, which say what characters and labels"
    with pytest.raises(InputError, match=re.escape(message)):
        TrainedWeights.find(str(alone))
    (Path(work.path) / "dataset.json").unlink()
    with pytest.raises(InputError, match=re.escape(f"{work.best}: no dataset.json in {work.path}, which say")):
        TrainedWeights.find(work.best)


def test_what_is_not_there_is_named(work, tmp_path):
    with pytest.raises(InputError, match=r"no/best\.npz: no such checkpoint; name a work folder"):
        TrainedWeights.find(str(tmp_path / "no/best.npz"))
    with pytest.raises(InputError, match=r"no: no config\.json here; name a folder"):
        TrainedWeights.find(str(tmp_path / "no"))
    Path(work.best).unlink()
    with pytest.raises(InputError, match="there are no trained weights yet"):
        TrainedWeights.find(work.path)
