import io
import itertools

import pytest

from ner.console import align_columns, counted, format_duration, progress_bar, with_progress


def test_durations_have_hours_only_if_there_are_some():
    assert [format_duration(seconds) for seconds in (0.4, 75.2, 3_600)] == ["0:00", "1:15", "1:00:00"]


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 sentences"), (1, "1 sentence"), (2, "2 sentences"), (1_234, "1,234 sentences")]
)
def test_one_is_counted_in_the_singular(number, text):
    assert counted(number, "sentence") == text


def test_an_irregular_plural_is_given():
    assert [counted(number, "entity", "entities") for number in (1, 2)] == ["1 entity", "2 entities"]


def test_columns_are_as_wide_as_their_widest_cell():
    assert align_columns([["name", "score", ""], ["a", "0.5", "x"], ["longer", "", ""]]) == [
        "name    score",
        "a         0.5  x",
        "longer",
    ]


def lines_about_work(seconds_per_item: float, capsys) -> list[str]:
    ticks = itertools.count(0.0, seconds_per_item)
    message = "wrote {done:,.0f} of {total:,.0f} sentences"
    items = with_progress(range(6), lambda item: 1_000, 6_000, message, clock=lambda: next(ticks))
    assert list(items) == list(range(6))
    return capsys.readouterr().err.splitlines()


def test_with_progress_says_in_a_log_how_far_the_work_is_every_ten_seconds(capsys):
    assert lines_about_work(5.0, capsys) == [f"wrote {done},000 of 6,000 sentences" for done in (2, 4, 6)]


def test_with_progress_says_nothing_about_short_work(capsys):
    assert lines_about_work(1.0, capsys) == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_is_drawn_on_a_terminal_alone():
    log, terminal = io.StringIO(), Terminal()
    for stream in (log, terminal):
        with progress_bar(4, "sentences", done=1, stream=stream) as bar:
            bar.update(1)
    assert not log.getvalue()
    assert "1/4" in terminal.getvalue()
