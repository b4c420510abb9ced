"""Runs in these tests draw blank pictures, which are a sixth of a small run's time; others look at real ones."""

import pytest

from ner.evaluation.reports import figures
from tests.forked import draw_blank_pictures


@pytest.fixture(autouse=True)
def blank_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(figures, "confusion_rgb", figures.confusion_rgb)  # which is restored
    draw_blank_pictures()
