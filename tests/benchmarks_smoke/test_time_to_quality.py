"""The benchmark of the time to a score: its arithmetic, and one run of it."""

import json
import subprocess
from pathlib import Path

import pytest
import tensorflow as tf

from tests.benchmarks.gpu.presets import parse_flags
from tests.benchmarks.plain_keras import WHY_NOT
from tests.benchmarks.quality_curve import Validation, extrapolate, read_validations
from tests.benchmarks.quality_ratio import Plain, Reached, compare, headline, reached_after, times_sooner
from tests.forked import run_program

OURS = [Reached(30.0, 0.2), Reached(60.0, 0.5), Reached(90.0, 0.4), Reached(120.0, 0.7)]
TINY = """
--embedding_size=4
--lstm_units=6
--lstm_layers=1
--batch_size=5
--schedule=constant
--epochs={epochs}
"""
STEPS_PER_EPOCH = 8  # 40 sentences in batches of 5


def write_scores(folder, scores, tag="character/macro_f1"):
    writer = tf.summary.create_file_writer(str(folder))
    with writer.as_default():
        for step, score in scores:
            tf.summary.scalar(tag, score, step=step)
    writer.close()


def test_validations_are_read_in_order_and_the_later_of_two_counts(tmp_path):
    write_scores(tmp_path, [(10, 0.25), (20, 0.5)])
    first = read_validations(str(tmp_path), "character/macro_f1")
    write_scores(tmp_path, [(15, 0.375), (20, 0.75), (30, 0.625)])  # killed after step 20, carried on from step 10
    found = read_validations(str(tmp_path), "character/macro_f1")
    assert [(one.step, one.score) for one in found] == [(10, 0.25), (15, 0.375), (20, 0.75), (30, 0.625)]
    assert found[0] == first[0]
    assert isinstance(found[0], Validation)
    assert first[1].time_seconds < found[1].time_seconds <= found[2].time_seconds  # the times are of the later ones
    assert read_validations(str(tmp_path), "word/macro_f1") == []


def test_a_score_is_reached_when_it_or_a_better_one_is_first_there():
    assert reached_after(OURS, 0.1) == 30
    assert reached_after(OURS, 0.4) == 60
    assert reached_after(OURS, 0.5) == 60
    assert reached_after(OURS, 0.51) == 120
    assert reached_after(OURS, 0.71) is None


def test_a_score_that_was_never_reached_has_no_ratio():
    reached = {"score": 0.6, "plain_seconds": 1200.0, "ours_seconds": 120.0, "times_sooner": 10.0}
    assert times_sooner(1200.0, OURS, 0.6) == reached
    assert times_sooner(1200.0, OURS, 0.8) == {"score": 0.8, "plain_seconds": 1200.0}


def test_the_end_of_a_whole_run_counts_from_where_the_plain_code_first_was_as_good():
    plain = Plain([0.3, 0.6, 0.45], epochs=3, epoch_seconds=3600.0)
    results = compare(plain, OURS)
    assert list(results) == ["epoch_1", "epoch_2", "epoch_3"]
    assert results["epoch_1"] == {"score": 0.3, "plain_seconds": 3600, "ours_seconds": 60, "times_sooner": 60}
    assert results["epoch_2"] == {"score": 0.6, "plain_seconds": 7200, "ours_seconds": 120, "times_sooner": 60}
    assert results["epoch_3"] == {"score": 0.45, "plain_seconds": 7200, "ours_seconds": 60, "times_sooner": 120}
    assert headline(plain, results) == (
        "ours reached character macro-F1 0.450 after 1:00; the 2019 code takes 2 h for 2 of its 3 epochs: "
        "120.0 times sooner"
    )


def test_the_headline_of_a_whole_run_that_rises_to_its_end():
    plain = Plain([0.3, 0.6], epochs=2, epoch_seconds=54_000.0)
    assert headline(plain, compare(plain, OURS)) == (
        "ours reached character macro-F1 0.600 after 2:00; the 2019 code takes 30 h for its 2 epochs: "
        "900.0 times sooner"
    )


def test_a_shorter_run_gives_a_bound_with_the_scores_it_rests_on():
    plain = Plain([0.35, 0.3], epochs=20, epoch_seconds=3600.0)
    results = compare(plain, OURS)
    assert list(results) == ["epoch_1", "epoch_2", "bound"]
    assert results["bound"] == {
        **{"score": 0.7, "plain_seconds": 72_000, "ours_seconds": 120, "times_sooner": 600},
        **{"plain_best_score": 0.35, "plain_last_score": 0.3},
    }
    assert headline(plain, results) == (
        "ours reached character macro-F1 0.700 (its best; the 2019 code had 0.300 after 2 epochs) after 2:00; the 2019 "
        "code takes 20 h for its 20 epochs, if it ends no better: 600.0 times sooner"
    )


def test_a_shorter_run_of_three_epochs_is_extrapolated_too():
    plain = Plain([0.6 - 0.4 / epoch for epoch in (1, 2, 3)], epochs=20, epoch_seconds=3600.0)
    results = compare(plain, OURS)
    assert results["extrapolated"]["score"] == pytest.approx(0.58, abs=0.002)
    assert results["extrapolated"]["limit"] == pytest.approx(0.6, abs=0.005)
    assert results["extrapolated"]["times_sooner"] == 600
    assert "0.58" in headline(plain, results)
    assert "(extrapolated from 3 epochs of the 2019 code) after 2:00" in headline(plain, results)
    assert headline(plain, compare(plain, OURS[:2])) == (
        f"ours did not reach character macro-F1 {results['extrapolated']['score']:.3f} "
        "(extrapolated from 3 epochs of the 2019 code); the 2019 code takes 20 h for its 20 epochs"
    )


@pytest.mark.parametrize("limit, distance, power", [(0.8, 0.5, 0.5), (0.65, 0.6, 1.3), (1.0, 0.9, 0.3)])
def test_a_saturating_curve_is_drawn_out_as_it_goes_on(limit, distance, power):
    fit = extrapolate([limit - distance * epoch**-power for epoch in range(1, 7)], 20)
    assert fit.score == pytest.approx(limit - distance * 20**-power, abs=0.003)
    assert fit.rms_error < 1e-3


def test_a_curve_stays_below_one_and_never_falls():
    steep = extrapolate([0.2, 0.5, 0.8], 20)  # a line, which would end at 5.9
    assert 0.8 < steep.score < steep.limit == 1
    assert steep.rms_error > 0.01
    falling = extrapolate([0.5, 0.4, 0.3], 20)
    assert falling.score == falling.limit == pytest.approx(0.4)
    with pytest.raises(ValueError, match="2 scores: expected three or more"):
        extrapolate([0.1, 0.2], 20)


def answer_what_is_started():
    """Has this process' programs end in name only: trainings with validations of step / 100, batches after 0.5 s."""

    def run(command, input="", **_):
        _, _, module, *arguments = command
        shown = "{}\n" + '{"seconds_per_batch": 0.5}\n' * input.count("measure\n")
        if module == "ner.train":
            log_validations([one for one in arguments if not one.startswith("--records=")])
        else:
            assert (module, arguments[-1]) == ("tests.benchmarks.training_step", "--variant=keras_2019")
        return subprocess.CompletedProcess(command, 0, shown)

    def log_validations(arguments):
        [*settings, work] = arguments
        training = parse_flags(settings).training
        last = training.epochs * STEPS_PER_EPOCH
        every = training.validate_every or STEPS_PER_EPOCH
        folder = Path(work.removeprefix("--workdir=")) / "logs/validation"
        write_scores(folder, [(step, step / 100) for step in range(every, last + 1, every)])

    subprocess.run = run


@pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
def test_it_trains_both_measures_and_compares_and_takes_no_run_of_others(tmp_path, records):
    """What it starts is there in name only; `test_training_step.py` has plain Keras measured."""
    folder, _ = records
    for name, epochs in (("ours", 1), ("plain", 2)):
        (tmp_path / f"{name}.flags").write_text(TINY.format(epochs=epochs))
    command = ["tests.benchmarks.time_to_quality", f"--records={folder}", "--plain_batches=1"]
    command += [f"--flagfile={tmp_path}/ours.flags", f"--plain_flagfile={tmp_path}/plain.flags"]
    command += [f"--workdir={tmp_path}/work"]
    done = run_program(*command, text=True, first=answer_what_is_started)
    assert done.returncode == 0, done.stderr
    *lines, note, last = done.stdout.splitlines()
    figures = {line["name"]: line for line in map(json.loads, lines)}
    assert list(figures) == ["ours", "plain_keras", "epoch_1", "epoch_2"]
    assert (figures["ours"]["validations"], figures["ours"]["best_score"]) == (2, 0.08)
    plain = figures["plain_keras"]
    assert (plain["batches_per_epoch"], plain["seconds_per_batch"], plain["seconds"]) == (8, 0.5, 8.0)
    assert [figures[f"epoch_{epoch}"]["score"] for epoch in (1, 2)] == [0.08, 0.16]
    assert "not from plain Keras" in note
    assert last.startswith("ours did not reach character macro-F1 0.160")
    marker = tmp_path / "work/time_to_quality.json"
    assert json.loads(marker.read_text())["seconds"] > 0

    marker.unlink()  # as if it had been killed, and carried on by ner.train
    done = run_program(*command, text=True)
    assert done.returncode == 1
    assert "work: not trained here in one go" in done.stderr
