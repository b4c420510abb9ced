from ner.console import format_duration


def test_clock_shows_hours_only_where_there_are_some():
    assert [format_duration(seconds) for seconds in (0.4, 75.2, 3_600)] == ["0:00", "1:15", "1:00:00"]
