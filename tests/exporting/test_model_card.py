import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import yaml

from ner.errors import InputError
from ner.evaluation.analysis.bootstrap import Intervals
from ner.evaluation.analysis.calibration import Calibration
from ner.evaluation.metrics.metric import LabelledBatch
from ner.evaluation.metrics.scores import Scores
from ner.evaluation.reports.report import Report
from ner.exporting.model_card import ModelCard, reports_of
from ner.run_dir.workdir import WorkDir

GOLD = np.array([[1, 2, 0, 3], [0, 1, -1, -1]])  # LOC, PER; LOC
PREDICTED = np.array([[1, 2, 0, 1], [3, 1, 0, 0]])  # LOC, LOC; PER, LOC


def report_of(labels, split="test", step=3):
    scores = Scores.from_batch(LabelledBatch.from_ids(GOLD, PREDICTED, GOLD, PREDICTED, labels, 3.0))
    intervals = Intervals("document", 2, (0.1, 0.9), (0.2, 0.8), dict.fromkeys(labels.types, (0.3, 0.7)))
    calibration = Calibration(((0, 0.0, 0.0),) * 9 + ((4, 0.95, 0.75),), 1.0, {})
    return Report(split, step, scores, 1.0, intervals, calibration, raw_text=scores.entities)


@pytest.fixture
def card(records):
    _, dataset = records
    return ModelCard(
        name="runs/work",
        format="onnx",
        step=3,
        network="LSTM, small",
        dataset=dataset,
        reports=[report_of(dataset.labels)],
        licence="CC BY 4.0",
        compared="It was compared.",
    )


def front_matter(text):
    _, content, _ = text.split("---\n", 2)
    return yaml.safe_load(content)


def test_scores_of_sentences_that_informed_each_other_say_so(card):
    said = "Sentences of a document informed each other"
    assert said in dataclasses.replace(card, uses_documents=True).to_markdown()
    assert said not in card.to_markdown()


def test_the_marks_that_tokens_end_at_are_named(card):
    marked = dataclasses.replace(card, dataset=dataclasses.replace(card.dataset, lone_marks="'-"))
    assert "Its tokens end at `' -`, and so do those of text to be tagged." in marked.to_markdown()
    assert "Its tokens end at" not in card.to_markdown()


def test_front_matter_has_the_fields_of_hugging_face(card):
    found = front_matter(card.to_markdown())
    assert found["license"] == "cc-by-4.0"
    assert found["pipeline_tag"] == "token-classification"
    (model,) = found["model-index"]
    (result,) = model["results"]
    assert (model["name"], result["dataset"]["split"], result["dataset"]["name"]) == ("runs/work", "test", "test.txt")
    assert {metric["type"]: metric["value"] for metric in result["metrics"]} == {
        "precision": 0.5,
        "recall": 0.6667,
        "f1": 0.5714,
    }


def test_scores_of_an_ensemble_are_on_the_split_that_it_predicted(card):
    reports = [dataclasses.replace(card.reports[0], split=name) for name in ("test-ensemble", "crowd-ensemble")]
    (model,) = front_matter(dataclasses.replace(card, reports=reports).to_markdown())["model-index"]
    named = [(result["dataset"]["name"], result["dataset"]["split"]) for result in model["results"]]
    assert named == [("test.txt", "test"), ("crowd", "crowd")]


def test_the_card_tells_data_scores_and_what_is_unknown(card):
    lines = card.to_markdown().splitlines()
    tokens = card.dataset.split("train").tokens
    assert f"| train | 40 | {tokens} | LOC 40, PER 40 | `train.txt` |" in lines
    assert "| LOC | 0.667 | 1.000 | 0.800 | 0.300 to 0.700 | 2 |" in lines
    assert "| micro average | 0.500 | 0.667 | 0.571 | 0.100 to 0.900 | 3 |" in lines
    assert "Expected calibration error of confidences: 0.200." in lines
    assert "Intervals by bootstrap over 2 documents." in lines
    assert "In raw text, without given tokens: micro F1 0.571." in lines
    assert "- Types of which test has too few entities to tell: `LOC` (2), `PER` (1)." in lines
    assert any(line.startswith("Licence: CC BY 4.0.") and "one space between tokens" in line for line in lines)
    assert "It was compared." in lines
    assert '    nlp = Tagger.load("FOLDER")' in lines


def test_the_card_names_all_runs_and_what_they_began_with(card):
    assert "Trained from scratch with character-ner: LSTM, small; step 3 of the run `runs/work`." in card.to_markdown()
    others = dataclasses.replace(card, others=["runs/b", "runs/c"], init_from=["pre/work"]).to_markdown()
    said = "Trained from the weights of `pre/work` (the data below is that of the last training) with character-ner: "
    assert f"{said}LSTM, small; step 3 of the run `runs/work` with the best of `runs/b`, `runs/c`." in others


def test_the_card_of_an_export_that_leaves_entities_out_says_that_scores_have_them(card):
    said = "Entities that this export leaves out for their confidence count as found."
    assert said not in card.to_markdown()
    assert said in dataclasses.replace(card, thresholds={"LOC": 0.5, "PER": 0.5}).to_markdown()


def test_without_a_report_or_a_licence_the_card_says_so(card):
    text = dataclasses.replace(card, reports=[], licence="", format="saved_model").to_markdown()
    assert front_matter(text).keys() == {"library_name", "pipeline_tag", "tags"}
    assert "Licence: not given." in text
    assert "Not evaluated: run `python -m ner.evaluate` and export again." in text
    assert "- Raw text: scores were taken with given tokens, if at all." in text
    assert 'tf.saved_model.load("FOLDER/1")' in text


def test_only_reports_on_what_was_exported_count_and_test_comes_first(tmp_path, records):
    _, dataset = records
    work = WorkDir(str(tmp_path))
    assert reports_of(work, 3, ("a",)) == []
    Path(work.reports).mkdir()
    found = [("validation", 3, ("a",)), ("test", 3, ()), ("other", 2, ("a",)), ("retrained", 3, ("b",))]
    found += [("test-ensemble", 3, ("a", "b")), ("new-ensemble", 3, ("a", "b")), ("crowd-ensemble", 3, ("a", "c"))]
    for split, step, members in found:
        content = dataclasses.replace(report_of(dataset.labels, split, step), members=members).to_json()
        Path(work.reports, f"{split}.json").write_text(json.dumps(content), encoding="utf-8")
    assert [report.split for report in reports_of(work, 3, ("a",))] == ["test", "validation"]
    assert [report.split for report in reports_of(work, 3, ("a", "b"))] == ["test-ensemble", "new-ensemble"]
    assert reports_of(work, 3, ("a", "d")) == []
    voted = dataclasses.replace(report_of(dataset.labels, "validation"), members=("a",), decoding="vote")
    Path(work.reports, "validation.json").write_text(json.dumps(voted.to_json()), encoding="utf-8")
    assert [report.split for report in reports_of(work, 3, ("a",))] == ["test"]
    Path(work.reports, "test.json").write_text("{}")
    with pytest.raises(InputError, match=r"test.json: not a report of this version \(KeyError"):
        reports_of(work, 3, ("a",))
