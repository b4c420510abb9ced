import csv
import io

from ner.evaluation.analysis.entity_strings import EntityString, entity_strings, to_csv, to_lines
from tests.predicted import LABELS, evaluation_of, predictions_of

SENTENCES = [
    [("Ova", "B-LOC", "B-LOC", 0.9), ("and", "O", "O", 0.9), ("Ova", "B-ORG", "B-LOC", 0.9)],
    [("New", "B-LOC", "B-LOC", 0.9), ("Ova", "I-LOC", "O", 0.9)],
    [("=Ova", "B-LOC", "O", 0.9)],
]


def strings_of(sentences):
    return entity_strings(evaluation_of(predictions_of(sentences)).outcomes, LABELS.types)


def test_strings_are_counted_and_the_most_often_wrong_one_is_first():
    strings = strings_of([*SENTENCES, *SENTENCES[:1]])
    assert [(one.text, one.times, one.correct) for one in strings] == [
        ("Ova", 4, 2), ("=Ova", 1, 0), ("New", 1, 0), ("New Ova", 1, 0),
    ]  # fmt: skip
    assert strings[0].gold == {"LOC": 2, "ORG": 2}
    assert strings[0].predicted == {"LOC": 4}
    assert strings[2].gold == {"spurious": 1}
    assert strings[3].predicted == {"missed": 1}
    assert EntityString.from_json(strings[0].to_json()) == strings[0]


def test_the_table_has_only_what_is_wrong():
    lines = to_lines(strings_of([*SENTENCES[:1], [("Selk", "B-ORG", "B-ORG", 0.9)]]))
    assert lines == [
        "Entities wrong most often",
        "",
        "     wrong  times          gold  predicted",
        "Ova      1      2  LOC 1, ORG 1      LOC 2",
    ]
    assert to_lines(strings_of([[("Selk", "B-ORG", "B-ORG", 0.9)]])) == []


def test_the_csv_has_every_string_and_no_formula():
    rows = list(csv.reader(io.StringIO(to_csv(strings_of(SENTENCES)))))
    assert rows[0] == ["entity", "times", "correct", "gold", "predicted"]
    assert ["'=Ova", "1", "0", "LOC 1", "missed 1"] in rows
    assert len(rows) == 5
