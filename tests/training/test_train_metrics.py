import pytest

from ner.training.train_metrics import MetricSums, TrainMetrics


def test_scalars_are_ratios_of_the_sums():
    metrics = TrainMetrics(loss=30.0, gradient_norm=6.0, characters=100, padded_characters=125, sentences=8, updates=4)
    assert metrics.scalars(seconds=2.0, waited_seconds=0.5) == {
        "loss": 0.3,
        "gradient_norm": 1.5,
        "sentences_per_second": 4.0,
        "characters_per_second": 50.0,
        "non_padding_fraction": 0.8,
        "step_seconds": 0.5,
        "input_wait_share": 0.25,
    }


def test_sums_are_added_by_name_and_begin_again_from_given_ones():
    sums = MetricSums()
    sums.add(loss=1.5, characters=10)
    sums.add(characters=2**40, updates=1)
    assert sums.read() == TrainMetrics(loss=1.5, characters=2**40 + 10, updates=1)
    sums.reset(TrainMetrics(sentences=3))
    sums.add(sentences=1)
    assert sums.read() == TrainMetrics(sentences=4)
    sums.reset()
    assert sums.read() == TrainMetrics()


def test_another_name_is_named():
    with pytest.raises(TypeError, match="no training metrics: accuracy; expected some of loss, gradient_norm, "):
        MetricSums().add(accuracy=1.0)
