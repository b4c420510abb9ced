"""Tasks of Label Studio, and spans that do not cover the text which their tool says."""

import json

import pytest

from ner.errors import InputError
from tests.readers.json_forms import READ, RECORDS, TEXT
from tests.readers.written import read, shown


def in_label_studio(text, *values, **annotation):
    return {"data": {"text": text}, "annotations": [{"result": [{"value": value} for value in values], **annotation}]}


@pytest.mark.parametrize("form", [in_label_studio, lambda text, value: {"text": text, "entities": [value]}])
def test_a_span_with_another_text_than_its_place_is_named(tmp_path, form):
    path = tmp_path / "data.jsonl"
    for text, said in (
        ("EU New York", "New York"),
        ("EU New\nYork", "New\\nYork"),  # as Label Studio writes a line break
        ("EU New\tYork", " New York"),
        ("EU New York", None),
    ):
        path.write_text(json.dumps(form(text, {"start": 3, "end": 11, "text": said, "label": "LOC"})))
        assert shown(read(path, "jsonl")[0]) == ["EU New/B-LOC York/I-LOC"]
    in_utf16 = {"start": 3, "end": 11, "text": "New York", "label": "LOC"}
    path.write_text(json.dumps(form("\U0001f30d New York.", in_utf16)))
    with pytest.raises(InputError, match=r"jsonl:1: span 3 to 11 says 'New York', but the text there is 'ew York\.'"):
        read(path, "jsonl")


def test_spans_of_two_controls_are_not_mixed(tmp_path):
    path = tmp_path / "data.jsonl"
    task = in_label_studio(TEXT, {"start": 0, "end": 2, "labels": ["ORG"]}, {"start": 3, "end": 10, "labels": ["VBZ"]})
    results = task["annotations"][0]["result"]
    results.append({"from_name": "topic", "value": {"choices": ["news"]}})
    for result, control in zip(results, ("ner", "pos"), strict=False):
        result["from_name"] = control
    path.write_text(json.dumps(task))
    with pytest.raises(InputError, match=r"jsonl:1: spans of the controls 'ner', 'pos': .* keep the results of one"):
        read(path, "jsonl")
    results[1]["from_name"] = "ner"
    path.write_text(json.dumps(task))
    assert shown(read(path, "jsonl")[0]) == ["EU/B-ORG rejects/B-VBZ New York|."]


def test_the_ground_truth_of_several_annotations_is_read(tmp_path):
    path = tmp_path / "data.jsonl"
    task = in_label_studio(TEXT, {"start": 0, "end": 2, "labels": ["PER"]}, ground_truth=False)
    for label, is_truth in (("ORG", True), ("LOC", False)):
        truth = in_label_studio(TEXT, {"start": 0, "end": 2, "labels": [label]}, ground_truth=is_truth)
        task["annotations"] += truth["annotations"]
    path.write_text(json.dumps(task))
    found, counts = read(path, "jsonl")
    assert (shown(found), counts.other_annotations) == (["EU/B-ORG rejects New York|."], 2)


def test_tasks_that_nobody_annotated_or_everybody_skipped_are_counted(tmp_path):
    path = tmp_path / "data.json"
    skipped = in_label_studio(TEXT, {"start": 0, "end": 2, "labels": ["PER"]}, was_cancelled=True)
    path.write_text(json.dumps([RECORDS["label studio"], skipped, {**skipped, "annotations": []}, skipped]))
    found, counts = read(path, "json")
    assert (shown(found), counts.refused_records, counts.unannotated) == (READ, 2, 1)
    path.write_text(json.dumps(skipped))
    assert shown(read(path, "jsonl")[0]) == []


def test_spans_of_elements_are_no_spans_of_characters(tmp_path):
    path = tmp_path / "data.jsonl"
    value = {"start": "/p[1]/text()[1]", "end": "/p[1]/text()[1]", "startOffset": 0, "hypertextlabels": ["ORG"]}
    path.write_text(json.dumps(in_label_studio(TEXT, value)))
    with pytest.raises(InputError, match=r"jsonl:1: a span starts at '/p\[1\]/.*', as in .*; label plain text"):
        read(path, "jsonl")


@pytest.mark.parametrize("value", [{"text": ["a comment"]}, {"choices": ["sure"]}, {"rating": 3}])
def test_what_a_control_says_about_a_region_is_no_span(tmp_path, value):
    path = tmp_path / "data.jsonl"
    org = {"start": 0, "end": 2, "labels": ["ORG"]}
    task = in_label_studio(TEXT, org, {"start": 0, "end": 2, **value}, {"start": 3, "end": 10, "text": "rejects"})
    for result, control in zip(task["annotations"][0]["result"], ("ner", "note", "note"), strict=True):
        result["from_name"] = control
    path.write_text(json.dumps(task))
    found, counts = read(path, "jsonl")
    assert (shown(found), counts.untyped_spans) == (["EU/B-ORG rejects New York|."], 1)


SHORT_TASK = {"text": TEXT, "id": 2, "annotator": 1, "annotation_id": 2, "lead_time": 3.1}


def test_a_short_task_of_label_studio_without_spans_has_no_entity(tmp_path):
    path = tmp_path / "data.json"
    path.write_text(json.dumps([{**SHORT_TASK, **RECORDS["label studio, short"]}, SHORT_TASK]))
    assert shown(read(path, "json")[0]) == [*READ, "EU rejects New York|."]
    other = {**SHORT_TASK, "mentions": RECORDS["label studio, short"]["label"]}
    path.write_text(json.dumps([SHORT_TASK, other]))
    with pytest.raises(InputError, match=r"expected text with entities, .* but the keys are .*'mentions'; rename them"):
        read(path, "json")


def test_a_task_of_label_studio_without_a_text_names_the_keys_of_its_data(tmp_path):
    path = tmp_path / "data.jsonl"
    task = in_label_studio(TEXT, {"start": 0, "end": 2, "labels": ["ORG"]})
    for data, keys in (({"body": TEXT, "title": "t"}, "'body', 'title'"), ({"text": 7}, "'text'"), ({}, "none")):
        path.write_text(json.dumps({**task, "data": data}))
        with pytest.raises(
            InputError, match=rf"jsonl:1: expected a text in data as text, .* but its keys are {keys}; rename"
        ):
            read(path, "jsonl")
