import time

import pytest

from ner.errors import InputError
from ner.training.instrumentation import TimedIterator, profiled_steps


def test_steps_are_read_from_a_range():
    assert profiled_steps("10:20") == (10, 20)
    assert profiled_steps("") is None


@pytest.mark.parametrize("text", ["10", "20:10", "5:5", "a:b", "10-20", ":", "-1:3"])
def test_another_text_is_named(text):
    with pytest.raises(InputError, match=f"--profile_steps is '{text}', expected two numbers of steps such as 10:20"):
        profiled_steps(text)


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
