"""Runs in these tests draw blank pictures, which are a sixth of a small run's time; others look at real ones."""

import numpy as np
import pytest

from ner.evaluation import figures


@pytest.fixture(autouse=True)
def blank_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "confusion_rgb", lambda *_: np.zeros([8, 8, 3], np.uint8))
