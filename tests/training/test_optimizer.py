import pytest

from ner.config import TrainingConfig
from ner.training.optimizer import learning_rate


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        ("constant", [1.0, 2.0, 2.0, 2.0, 2.0]),
        ("linear", [1.0, 1.8, 1.0, 0.2, 0.0]),
        ("cosine", [1.0, 1.951057, 1.0, 0.048943, 0.0]),
    ],
)
def test_the_rate_warms_up_by_steps_and_falls_with_the_sentences_seen(schedule, expected):
    config = TrainingConfig(schedule=schedule, learning_rate=2.0, warmup_steps=2)
    rates = [learning_rate(config, step, done) for step, done in enumerate((0.0, 0.1, 0.5, 0.9, 1.0))]
    assert rates == pytest.approx(expected, abs=1e-5)


def test_without_warm_up_the_first_rate_is_the_highest():
    assert learning_rate(TrainingConfig(learning_rate=0.5, warmup_steps=0), 0, 0.0) == 0.5
