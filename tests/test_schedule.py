import numpy as np
import pytest

from ner.training.schedule import Schedule


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("constant", [0.5, 1, 1, 1, 1, 1]),
        ("linear", [0.5, 1, 1, 0.5, 0, 0]),
        ("cosine", [0.5, 1, 1, 0.5, 0, 0]),
    ],
)
def test_rate_warms_up_and_falls(kind, expected):
    schedule = Schedule(kind, 2.0, warmup_steps=2, total_steps=10)
    np.testing.assert_allclose([schedule(step) for step in (0, 1, 2, 6, 10, 20)], np.multiply(2, expected), atol=1e-6)


def test_cosine_falls_slower_than_a_line_at_first():
    cosine, linear = (Schedule(kind, 1.0, 0, 100)(20) for kind in ("cosine", "linear"))
    assert cosine > linear
