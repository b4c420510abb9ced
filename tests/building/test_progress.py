"""Long work is reported now and then in a log; short work is not."""

import itertools

from data_tools.building.progress import with_progress


def report(seconds_per_item: float, capsys) -> list[str]:
    ticks = itertools.count(0.0, seconds_per_item)
    message = "wrote {done:,.0f} of {total:,.0f} sentences"
    items = with_progress(range(6), lambda item: 1_000, 6_000, message, clock=lambda: next(ticks))
    assert list(items) == list(range(6))
    return capsys.readouterr().err.splitlines()


def test_with_progress_says_in_a_log_how_far_the_work_is_every_ten_seconds(capsys):
    assert report(5.0, capsys) == [f"wrote {done},000 of 6,000 sentences" for done in (2, 4, 6)]


def test_with_progress_says_nothing_about_short_work(capsys):
    assert report(1.0, capsys) == []
