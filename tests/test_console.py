import pytest

from ner.console import align_columns, counted, format_duration


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
