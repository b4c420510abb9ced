import json
import os

import pytest

from ner.errors import InputError
from ner.sweeps import results
from ner.sweeps.grid import Trial, grid
from ner.sweeps.locks import lock
from ner.sweeps.report import describe
from ner.sweeps.trial_result import FAILED, FINISHED, STOPPED, WAITING, TrialResult


def finished(trial, score, step=1200):
    result = {"best_metric": "entity/micro_f1", "best_score": score, "best_step": step, "epochs": 3, "seconds": 75.2}
    return TrialResult(trial, FINISHED, result)


def no_result(trial):
    return None


def result_of(trial):
    return finished(trial, 0.5).result


def test_what_is_recorded_is_what_this_process_knows_and_else_what_the_file_says(tmp_path):
    trials = grid(["epochs=1,2,3"])
    known = {trials[0]: TrialResult(trials[0], FAILED), trials[1]: finished(trials[1], 0.5)}
    results.record(tmp_path, trials, known, no_result)
    found = results.record(tmp_path, trials, {trials[0]: finished(trials[0], 0.25)}, result_of)
    assert [(one.state, one.score) for one in found] == [(FINISHED, 0.25), (FINISHED, 0.5), (WAITING, None)]
    entries = json.loads((tmp_path / "sweep.json").read_text())
    assert [entry["name"] for entry in entries] == ["epochs=1", "epochs=2", "epochs=3"]
    assert entries[1]["flags"] == ["--epochs=2"]
    assert entries[1]["result"]["best_score"] == 0.5
    assert (tmp_path / "sweep.txt").read_text() == describe(found) + "\n"


def test_a_trial_of_the_same_name_with_other_flags_is_another_one(tmp_path):
    before, after = Trial("a", ("--flagfile=x/a.flags",)), Trial("a", ("--flagfile=y/a.flags",))
    results.record(tmp_path, [before], {before: finished(before, 0.5)}, no_result)
    assert results.record(tmp_path, [after], {}, result_of) == [TrialResult(after, WAITING)]


def test_a_finished_trial_of_another_process_has_the_result_in_its_folder_or_waits(tmp_path):
    """The file does not tell with which settings and records it was trained."""
    trials = grid(["epochs=1,2,3"])
    known = {trials[0]: finished(trials[0], 0.25), trials[1]: TrialResult(trials[1], STOPPED)}
    results.record(tmp_path, trials, known, no_result)
    found = results.record(tmp_path, trials, {}, result_of)
    assert [(one.state, one.score) for one in found] == [(FINISHED, 0.5), (STOPPED, None), (WAITING, None)]
    found = results.record(tmp_path, trials, {}, no_result)
    assert [(one.state, one.score) for one in found] == [(WAITING, None), (STOPPED, None), (WAITING, None)]


@pytest.mark.parametrize("text", ["[{", '{"trials": []}', "[3]"])
def test_a_damaged_record_is_named(tmp_path, text):
    (tmp_path / "sweep.json").write_text(text)
    with pytest.raises(InputError, match=r"sweep\.json: .*delete it"):
        results.record(tmp_path, grid([], seeds=1), {}, no_result)


@pytest.mark.parametrize("text", ['{"steps": 3', '{"best_step": 3, "best_entity_f1": 0.5}'])
def test_a_result_of_another_version_is_named(tmp_path, text):
    (tmp_path / "result.json").write_text(text)
    with pytest.raises(InputError, match=r"result\.json: .*give another --output_dir"):
        results.read_result(tmp_path / "result.json")


def test_a_folder_is_locked_until_the_lock_is_closed(tmp_path):
    held = lock(tmp_path / "trial")
    assert held is not None
    assert lock(tmp_path / "trial") is None
    os.close(held)
    again = lock(tmp_path / "trial")
    assert again is not None
    os.close(again)
