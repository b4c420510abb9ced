import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.evaluation.metrics import scores as metrics
from ner.evaluation.metrics.entity_scores import EntityScores
from ner.evaluation.metrics.metric import LabelledBatch
from ner.evaluation.metrics.scores import Scores
from ner.evaluation.reports import figures
from ner.evaluation.reports import report as reports
from ner.evaluation.reports.report import Report
from ner.text.labels import Labels

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
GOLD = np.array([[1, 2, 0, 3], [0, 1, -1, -1]])  # LOC, PER; LOC
PREDICTED = np.array([[1, 2, 0, 1], [3, 1, 0, 0]])  # LOC, LOC; PER, LOC

FIGURES = ("character-confusion", "word-confusion", "entity-confusion", "entity-f1")
SIZES = ("sentences", "tokens", "wrong_strings", "files", "members", "decoding", "seconds")
CLASS_TABLE = [
    "              precision    recall  f1-score   support",
    "",
    "           O      1.000     0.500     0.667         2",
    "       B-LOC      0.667     1.000     0.800         2",
    "       I-LOC      1.000     1.000     1.000         1",
    "       B-PER      0.000     0.000     0.000         1",
    "",
    "    accuracy                          0.667         6",
    "   macro avg      0.667     0.625     0.617         6",
    "weighted avg      0.722     0.667     0.656         6",
    "",
    "neither gold nor predicted: I-PER",
]


def report_of(gold=GOLD, predicted=PREDICTED, labels=LABELS):
    return Report(
        "test", 1200, Scores.from_batch(LabelledBatch.from_ids(gold, predicted, gold, predicted, labels, 3.0)), 1.5
    )


def test_scores_of_raw_text_stand_beside_those_of_tokens():
    counts = np.array([[1, 0, 1], [0, 1, 0], [0, 1, 0]])  # a LOC missed, a PER too many
    report = dataclasses.replace(report_of(), raw_text=EntityScores(LABELS.types, counts))
    assert report.to_text().endswith(
        "Entities in raw text (spaces as in running text, tokens found by rule), micro average\n\n"
        "              precision  recall     f1\n"
        "tokens given      0.500   0.667  0.571\n"
        "raw text          0.667   0.667  0.667\n"
    )
    fields = json.loads(json.dumps(report.to_json()))
    assert fields["raw_text"]["micro"]["support"] == 3
    assert Report.from_json(fields).to_text() == report.to_text()


def test_files_and_members_survive_json_and_older_reports_have_none():
    report = dataclasses.replace(report_of(), files=("/a.txt",), members=("0a", "1b"))
    fields = json.loads(json.dumps(report.to_json()))
    read = Report.from_json(fields)
    assert (read.files, read.members) == (report.files, report.members)
    del fields["files"], fields["members"]
    read = Report.from_json(fields)
    assert (read.files, read.members) == ((), ())


def test_text_says_how_many_models_predicted_together():
    header = report_of().to_text().splitlines()[0]
    alone, together = (dataclasses.replace(report_of(), members=members) for members in (("a",), ("a", "b")))
    assert alone.to_text().splitlines()[0] == header
    assert together.to_text().splitlines()[0] == header + ", 2 models together"


def test_text_and_json_say_how_words_were_decoded_where_not_as_usual():
    report = dataclasses.replace(report_of(), decoding="vote")
    assert report.to_text().splitlines()[0] == report_of().to_text().splitlines()[0] + ", decoding vote"
    assert Report.from_json(report.to_json()).decoding == "vote"
    older = {name: value for name, value in report.to_json().items() if name != "decoding"}
    assert Report.from_json(older).decoding == "viterbi"


def test_reports_of_versions_without_a_newer_metric_are_read(monkeypatch):
    fields = json.loads(json.dumps(report_of().to_json()))
    monkeypatch.setitem(metrics.METRICS, "newer", metrics.METRICS["loss"])
    assert "newer" not in Report.from_json(fields).scores.metrics
    del fields["words"]
    with pytest.raises(KeyError, match="words"):
        Report.from_json(fields)


@pytest.mark.parametrize("name", metrics.METRICS)
def test_every_metric_adds_up_and_is_read_back(name):
    report = report_of()
    own = report.scores.metrics[name]
    fields = json.loads(json.dumps(report.to_json()))
    assert fields[name] == own.to_json(), f"a report has another entry {name}: give the metric another key"
    assert Report.from_json(fields).scores.metrics[name].to_json() == own.to_json()
    nothing = metrics.Scores.empty(LABELS).metrics[name]
    assert (nothing + own).to_json() == (own + nothing).to_json() == own.to_json()
    assert {"\n" in line for line in own.to_lines()} <= {False}


def test_json_has_the_shape_that_users_rely_on():
    fields = report_of().to_json()
    assert list(fields) == ["split", "step", *metrics.METRICS, *SIZES]
    assert (fields["split"], fields["step"], fields["seconds"]) == ("test", 1200, 1.5)
    assert (fields["sentences"], fields["tokens"]) == (2, 6)
    assert list(fields["words"]) == ["accuracy", "macro_f1", "labels", "confusion_matrix", "per_class"]
    assert fields["words"]["labels"] == ["O", "B-LOC", "I-LOC", "B-PER", "I-PER"]
    assert fields["words"]["accuracy"] == pytest.approx(4 / 6)
    assert fields["words"]["confusion_matrix"] == [
        [1, 0, 0, 1, 0],
        [0, 2, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 1, 0, 0, 0],
        [0, 0, 0, 0, 0],
    ]
    b_loc = {"precision": pytest.approx(2 / 3), "recall": 1.0, "f1": pytest.approx(0.8), "support": 2}
    assert fields["words"]["per_class"]["B-LOC"] == b_loc
    assert fields["characters"] == fields["words"]
    assert fields["entities"] == {
        "micro": {"precision": 0.5, "recall": pytest.approx(2 / 3), "f1": pytest.approx(4 / 7), "support": 3},
        "macro": {"precision": pytest.approx(1 / 3), "recall": 0.5, "f1": 0.4, "support": 3},
        "per_type": {"LOC": b_loc, "PER": {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 1}},
        "confusion": {
            "LOC": {"LOC": 2, "PER": 0, "missed": 0},
            "PER": {"LOC": 1, "PER": 0, "missed": 0},
            "spurious": {"LOC": 0, "PER": 1, "missed": 0},
        },
    }


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 4)), max_size=20))
def test_from_json_is_the_inverse_of_to_json(pairs):
    gold, predicted = np.array(pairs, np.int64).reshape(-1, 2).T[:, None]
    written = json.dumps(report_of(gold, predicted).to_json(), sort_keys=True)
    assert json.dumps(Report.from_json(json.loads(written)).to_json(), sort_keys=True) == written


def test_text_names_classes_and_counts():
    assert report_of().to_text().splitlines() == [
        "test: step 1,200, 2 sentences, 6 tokens",
        "",
        *("Characters", "", *CLASS_TABLE, ""),
        *("Words", "", *CLASS_TABLE, ""),
        "Entities (exact span and type)",
        "",
        "           precision  recall     f1  gold  predicted  correct",
        "LOC            0.667   1.000  0.800     2          3        2",
        "PER            0.000   0.000  0.000     1          1        0",
        "micro avg      0.500   0.667  0.571     3          4        2",
        "macro avg      0.333   0.500  0.400     3          4        2",
        "",
        "Entity confusion matrix (rows gold, columns predicted; missed and spurious: no equal span)",
        "",
        "          LOC  PER  missed",
        "LOC         2    0       0",
        "PER         1    0       0",
        "spurious    0    1       0",
        "",
        *report_of().scores.errors.to_lines(),
        "",
        "Loss: 0.5000 nats per character",
    ]


def test_text_and_json_agree_on_macro_f1_when_a_label_never_occurs():
    assert report_of().to_json()["words"]["macro_f1"] == pytest.approx(0.617, abs=0.0005)


@pytest.mark.parametrize("gold", [np.zeros((1, 3), int), np.zeros((0, 0), int)])
def test_text_of_a_split_without_entities_is_written(gold):
    assert "micro avg      0.000   0.000  0.000     0          0        0" in report_of(gold, gold).to_text()


def test_text_of_millions_stays_aligned():
    report = report_of()
    scores = report.scores
    for _ in range(24):
        scores += scores
    lines = Report("test", 1, scores, 1.0).to_text().splitlines()
    assert any(line.endswith(" 33554432") for line in lines)
    table = lines[4:13]
    assert {len(line) for line in table if line} == {len(lines[4])}


def test_text_of_five_types_fits_a_hundred_columns():
    types = ("corporation", "creative-work", "location", "organization", "product")
    labels = Labels.from_tags(f"{prefix}-{name}" for name in types for prefix in "BI")
    ids = np.arange(11)[None]
    assert max(map(len, report_of(ids, ids, labels).to_text().splitlines())) <= 100


def test_pictures_have_gold_in_rows_and_predicted_in_columns(monkeypatch):
    monkeypatch.setattr(figures, "confusion_rgb", lambda *arguments: arguments)
    report = report_of()
    pictures = report.confusion_images()
    counts, rows, columns, title = pictures["entity"]
    assert (rows, columns) == (("LOC", "PER", "spurious"), ("LOC", "PER", "missed"))
    assert counts.tolist() == [[2, 0, 0], [1, 0, 0], [0, 1, 0]]
    assert title == "test split, entity level, step 1,200"
    for level, confusion in (("character", report.scores.characters), ("word", report.scores.words)):
        counts, rows, columns, _ = pictures[level]
        assert counts is confusion.counts
        assert rows == columns == LABELS.names


def test_write_leaves_json_text_and_figures(tmp_path: Path):
    written = reports.write(report_of(), str(tmp_path / "reports"))
    names = ["test.json", "test.txt", *(f"test-{name}.png" for name in FIGURES)]
    assert written == [str(tmp_path / "reports" / name) for name in names]
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == sorted(names)
    fields = json.loads((tmp_path / "reports" / "test.json").read_text(encoding="utf-8"))
    assert fields == report_of().to_json()
    assert (tmp_path / "reports" / "test.txt").read_text(encoding="utf-8") == report_of().to_text()
