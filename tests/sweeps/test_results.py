import json
import os

import pytest

from ner.errors import InputError
from ner.sweeps import results
from ner.sweeps.grid import Trial, grid
from ner.sweeps.locks import lock
from ner.sweeps.results import FAILED, FINISHED, RUNNING, WAITING, TrialResult


def finished(trial, score, step=1200):
    result = {"best_metric": "entity/micro_f1", "best_score": score, "best_step": step, "epochs": 3, "seconds": 75.2}
    return TrialResult(trial, FINISHED, result)


def test_the_table_is_sorted_by_score_and_tells_mean_and_deviation_over_seeds():
    trials = grid(["epochs=1,2"], seeds=2)
    scores = [0.5, 0.7, 0.8, 0.9]
    shown = results.table([finished(trial, score) for trial, score in zip(trials, scores, strict=True)])
    assert shown.splitlines() == [
        "trial            entity/micro_f1   step  epochs  time",
        "epochs=2,seed=1           0.9000  1,200     3.0  1:15",
        "epochs=2,seed=0           0.8000  1,200     3.0  1:15",
        "epochs=1,seed=1           0.7000  1,200     3.0  1:15",
        "epochs=1,seed=0           0.5000  1,200     3.0  1:15",
        "",
        "setting   mean over seeds  standard deviation  seeds",
        "epochs=2           0.8500              0.0707      2",
        "epochs=1           0.6000              0.1414      2",
    ]


def test_the_lowest_loss_is_first():
    trials = grid(["epochs=1,2"], seeds=2)
    scored = [finished(trial, score) for trial, score in zip(trials, (0.4, 0.2, 0.5, 0.6), strict=True)]
    for one in scored:
        one.result["best_metric"] = "loss"
    lines = results.table(scored).splitlines()
    assert [line.split()[1] for line in lines[1:5]] == ["0.2000", "0.4000", "0.5000", "0.6000"]
    assert [line.split()[0] for line in lines[-2:]] == ["epochs=1", "epochs=2"]


def test_trials_without_a_score_stand_last_and_count_in_no_mean():
    trials = grid(["epochs=1,2,3,4"])
    shown = results.table(
        [
            TrialResult(trials[0], FAILED),
            finished(trials[1], None),
            finished(trials[2], 0.0),
            TrialResult(trials[3], RUNNING),
        ]
    )
    assert [line.split()[:2] for line in shown.splitlines()[1:]] == [
        ["epochs=3", "0.0000"], ["epochs=2", "no"], ["epochs=1", "failed"], ["epochs=4", "running"],
    ]  # fmt: skip


def test_what_is_recorded_is_what_this_process_knows_and_else_what_the_file_says(tmp_path):
    trials = grid(["epochs=1,2,3"])
    results.record(tmp_path, trials, {trials[0]: TrialResult(trials[0], FAILED), trials[1]: finished(trials[1], 0.5)})
    found = results.record(tmp_path, trials, {trials[0]: finished(trials[0], 0.25)})
    assert [(one.state, one.score) for one in found] == [(FINISHED, 0.25), (FINISHED, 0.5), (WAITING, None)]
    entries = json.loads((tmp_path / "sweep.json").read_text())
    assert [entry["name"] for entry in entries] == ["epochs=1", "epochs=2", "epochs=3"]
    assert entries[1]["flags"] == ["--epochs=2"]
    assert entries[1]["result"]["best_score"] == 0.5
    assert (tmp_path / "sweep.txt").read_text() == results.table(found) + "\n"


def test_a_trial_of_the_same_name_with_other_flags_is_another_one(tmp_path):
    before, after = Trial("a", ("--flagfile=x/a.flags",)), Trial("a", ("--flagfile=y/a.flags",))
    results.record(tmp_path, [before], {before: finished(before, 0.5)})
    assert results.record(tmp_path, [after], {}) == [TrialResult(after, WAITING)]


@pytest.mark.parametrize("text", ["[{", '{"trials": []}', "[3]"])
def test_a_damaged_record_is_named(tmp_path, text):
    (tmp_path / "sweep.json").write_text(text)
    with pytest.raises(InputError, match=r"sweep\.json: .*delete it"):
        results.record(tmp_path, grid([], seeds=1), {})


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
