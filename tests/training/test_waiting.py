import time

import pytest

from ner.training.waiting import TimedIterator


def test_waiting_adds_up_what_its_source_took(monkeypatch):
    now = 0.0
    monkeypatch.setattr(time, "monotonic", lambda: now)

    def source():
        nonlocal now
        for item in "abc":
            now += 2
            yield item

    items = TimedIterator(source())
    for item in items:
        now += 100  # what is done with an item does not count
        if item == "b":
            assert items.take_seconds() == pytest.approx(4)
    assert items.take_seconds() == pytest.approx(2)


def test_waiting_gives_the_items_of_its_source():
    assert list(TimedIterator([1, 2, 3])) == [1, 2, 3]
