"""Sweeps in words: tables of trials and of settings, with the certainty of the best one's lead."""

import pytest
from scipy import stats

from ner.sweeps import report, significance
from ner.sweeps.grid import grid
from ner.sweeps.trial_result import FAILED, FINISHED, RUNNING, TrialResult


def finished(trial, score, step=1200):
    result = {"best_metric": "entity/micro_f1", "best_score": score, "best_step": step, "epochs": 3, "seconds": 75.2}
    return TrialResult(trial, FINISHED, result)


def test_the_table_is_sorted_by_score_and_tells_mean_and_deviation_over_seeds():
    trials = grid(["epochs=1,2"], seeds=2)
    scores = [0.5, 0.7, 0.8, 0.9]
    shown = report.table([finished(trial, score) for trial, score in zip(trials, scores, strict=True)])
    assert shown.splitlines() == [
        "trial            entity/micro_f1   step  epochs  time",
        "epochs=2,seed=1           0.9000  1,200     3.0  1:15",
        "epochs=2,seed=0           0.8000  1,200     3.0  1:15",
        "epochs=1,seed=1           0.7000  1,200     3.0  1:15",
        "epochs=1,seed=0           0.5000  1,200     3.0  1:15",
        "",
        "setting   mean over seeds  standard deviation  seeds  p against the best",
        "epochs=2           0.8500              0.0707      2                best",
        "epochs=1           0.6000              0.1414      2               0.199",
        *significance.NOTE.splitlines(),
        significance.TOO_FEW,
    ]


def test_the_lowest_loss_is_first():
    trials = grid(["epochs=1,2"], seeds=2)
    scored = [finished(trial, score) for trial, score in zip(trials, (0.4, 0.2, 0.5, 0.6), strict=True)]
    for one in scored:
        one.result["best_metric"] = "loss"
    lines = report.table(scored).splitlines()
    assert [line.split()[1] for line in lines[1:5]] == ["0.2000", "0.4000", "0.5000", "0.6000"]
    assert [line.split()[0] for line in lines[7:9]] == ["epochs=1", "epochs=2"]


def test_scores_of_different_metrics_are_not_compared():
    trials = grid(["best_metric=loss,entity/micro_f1,entity/macro_f1"], seeds=2)
    scored = [finished(trial, score) for trial, score in zip(trials, (0.2, 0.1, 0.8, 0.9, 0.7, 0.6), strict=True)]
    for one in scored:
        one.result["best_metric"] = one.trial.flags[0].removeprefix("--best_metric=")
    lines = [line.split() for line in report.table(scored).splitlines()]
    assert lines[0][:2] == ["trial", "score"]
    assert [line[1:3] for line in lines[1:7]] == [
        ["0.7000", "entity/macro_f1"],
        ["0.6000", "entity/macro_f1"],
        ["0.9000", "entity/micro_f1"],
        ["0.8000", "entity/micro_f1"],
        ["0.1000", "loss"],
        ["0.2000", "loss"],
    ]
    assert [line[:4] for line in lines[8::3]] == [
        ["setting", "mean", "entity/macro_f1", "over"],
        ["setting", "mean", "entity/micro_f1", "over"],
        ["setting", "mean", "loss", "over"],
    ]
    assert "p against the best" not in report.table(scored)


def test_trials_without_a_score_stand_last_and_count_in_no_mean():
    trials = grid(["epochs=1,2,3,4"])
    shown = report.table(
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


def test_p_values_are_those_of_welch_corrected_by_holm():
    scores = {"best": [0.8, 0.82, 0.81], "near": [0.79, 0.80, 0.815], "far": [0.5, 0.52, 0.49], "once": [0.7]}
    found = significance.p_values(scores, "best")
    near, far = (stats.ttest_ind(scores["best"], scores[name], equal_var=False).pvalue for name in ("near", "far"))
    assert found == {"near": pytest.approx(near), "far": pytest.approx(2 * far), "once": None}
    assert significance.p_values({"best": [0.5, 0.5], "same": [0.4, 0.4]}, "best") == {"same": None}


def test_few_seeds_are_said_to_be_few():
    trials = grid(["epochs=1,2"], seeds=2)
    few = [finished(trial, score) for trial, score in zip(trials, (0.5, 0.52, 0.8, 0.81), strict=True)]
    assert significance.TOO_FEW in report.table(few)
    trials = grid(["epochs=1,2"], seeds=5)
    enough = [finished(trial, 0.5 + number / 100) for number, trial in enumerate(trials)]
    assert significance.TOO_FEW not in report.table(enough)
    assert significance.NOTE in report.table(enough)
