"""What doubling the data is worth, from trials with shares of it."""

import math

import numpy as np
import pytest
from PIL import Image
from scipy import stats
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.util import tensor_util

from ner.sweeps import learning_curve_figure
from ner.sweeps.grid import Trial, grid
from ner.sweeps.learning_curve import NOTE, learning_curves, points
from ner.sweeps.report import describe
from tests.sweeps.test_report import finished

SHARES = "train_share=0.125,0.25,0.5,1"


def trained(seeds, score, metric="entity/micro_f1"):
    results = []
    for trial in grid([SHARES], seeds=seeds):
        parts = dict(part.split("=") for part in trial.name.split(","))
        results.append(finished(trial, score(float(parts["train_share"]), int(parts["seed"]))))
        results[-1].result["best_metric"] = metric
    return results


def test_the_slope_on_log2_is_what_doubling_is_worth():
    [curve] = learning_curves(trained(3, lambda share, seed: 0.7 + (0.03 + 0.002 * seed) * math.log2(share)))
    assert curve.slopes() == pytest.approx([0.03, 0.032, 0.034])
    half = stats.t.ppf(0.975, 2) * 0.002 / math.sqrt(3)
    assert curve.interval() == pytest.approx((0.032 - half, 0.032 + half))
    assert curve.last_doubling() == pytest.approx(0.032)
    assert curve.sentence() == (
        "Doubling the training data is worth about +3.2 points of entity/micro_f1 (95% interval +2.7 to +3.7, "
        "3 seeds; fit over shares 0.125 to 1); from 0.5 to 1 alone, a doubling was worth +3.2."
    )
    assert points(curve)[-1] == pytest.approx([1.0, 0.7, 0.0])


def test_one_seed_has_no_interval_and_a_loss_no_points():
    [curve] = learning_curves(trained(1, lambda share, seed: 0.4 - 0.05 * math.log2(share), "loss"))
    assert curve.interval() is None
    assert "worth about -0.0500 loss (one seed: no interval, give --seeds=3 or more;" in curve.sentence()


def test_settings_have_curves_of_their_own_and_the_report_tells_of_them():
    results = [finished(trial, number / 10) for number, trial in enumerate(grid(["epochs=1,2", "train_share=0.5,1"]))]
    curves = learning_curves(results)
    assert [(curve.setting, curve.slopes()) for curve in curves] == [
        ("epochs=1", pytest.approx([0.1])),
        ("epochs=2", pytest.approx([0.1])),
    ]
    shown = describe(results)
    assert all(curve.sentence() in shown for curve in curves)
    assert shown.endswith(NOTE)
    assert learning_curves([finished(trial, 0.5) for trial in grid(["epochs=1,2"])]) == []


def test_a_flag_file_may_be_called_as_a_setting_is():
    trials = [Trial(f"{name},train_share={share}", ()) for name in ("train_share", "seed") for share in (0.5, 1.0)]
    curves = learning_curves([finished(trial, number / 10) for number, trial in enumerate(trials)])
    assert [curve.setting for curve in curves] == ["train_share", "seed"]
    assert learning_curves([finished(Trial("train_share,seed=0", ()), 0.5)]) == []


def points_in_tensorboard(folder, metric="entity/micro_f1"):
    """Steps and scores of a run as TensorBoard's loader in Python has them, and how many there are."""
    found = EventAccumulator(str(folder)).Reload()
    assert len(found.Tensors(f"learning_curve/{metric}")) == 1
    scalars = found.Tensors(f"learning_curve/mean_{metric}")
    return {one.step: round(float(tensor_util.make_ndarray(one.tensor_proto)), 4) for one in scalars}, len(scalars)


def test_the_picture_and_a_tensorboard_run_take_the_place_of_earlier_ones(tmp_path):
    for seeds in (1, 2):
        curves = learning_curves(trained(seeds, lambda share, seed: 0.7 + 0.03 * math.log2(share) + 0.1 * seed))
        learning_curve_figure.write(tmp_path, curves, {"as given": 4000})
    image = np.asarray(Image.open(tmp_path / "learning-curve.png").convert("RGB"))
    assert image.shape == (700, 700, 3)
    scores = {500: 0.66, 1000: 0.69, 2000: 0.72, 4000: 0.75}
    assert points_in_tensorboard(tmp_path / "learning_curve") == (scores, 4)


def test_curves_have_the_metric_and_the_number_of_sentences_of_their_own_setting(tmp_path):
    trials = [Trial(f"{name},train_share={share}", ()) for name in ("small", "large") for share in (0.5, 1.0)]
    results = [finished(trial, 0.5) for trial in trials]
    for one in results[2:]:
        one.result["best_metric"] = "loss"
    learning_curve_figure.write(tmp_path, learning_curves(results), {"small": 100, "large": 3000})
    for name, metric, steps in (("small", "entity/micro_f1", (50, 100)), ("large", "loss", (1500, 3000))):
        assert points_in_tensorboard(tmp_path / "learning_curve" / name, metric) == (dict.fromkeys(steps, 0.5), 2)
