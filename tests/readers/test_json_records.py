"""Every form in which tools write annotations as JSON, alone on a line and in an array."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.errors import InputError
from tests.readers.written import equal, read, sentences, shown, spans_in, survive

TEXT = "EU rejects New York."
READ = ["EU/B-ORG rejects New/B-LOC York/I-LOC|."]
RECORDS = {
    "doccano": {"id": 1, "text": TEXT, "label": [[0, 2, "ORG"], [11, 19, "LOC"]], "Comments": []},
    "doccano relations": {
        "text": TEXT,
        "entities": [
            {"id": 5, "label": "LOC", "start_offset": 11, "end_offset": 19},
            {"id": 4, "label": "ORG", "start_offset": 0, "end_offset": 2},
        ],
        "relations": [],
    },
    "prodigy": {
        "text": TEXT,
        "tokens": [{"text": "EU", "start": 0, "end": 2, "id": 0}],
        "spans": [{"start": 0, "end": 2, "label": "ORG"}, {"start": 11, "end": 19, "label": "LOC", "token_end": 3}],
        "answer": "accept",
    },
    "spacy": [TEXT, {"entities": [[0, 2, "ORG"], [11, 19, "LOC"]]}],
    "label studio": {
        "id": 7,
        "data": {"text": TEXT},
        "annotations": [
            {"was_cancelled": True, "result": []},
            {
                "result": [
                    {"type": "labels", "value": {"start": 0, "end": 2, "text": "EU", "labels": ["ORG"]}},
                    {"type": "labels", "value": {"start": 11, "end": 19, "text": "New York", "labels": ["LOC"]}},
                    {"type": "choices", "value": {"choices": ["news"]}},
                ]
            },
        ],
    },
    "label studio, short": {
        "text": TEXT,
        "label": [{"start": 0, "end": 2, "labels": ["ORG"]}, {"start": 11, "end": 19, "labels": ["LOC"]}],
    },
}


@pytest.mark.parametrize("form", RECORDS)
def test_every_form_is_read_from_lines_and_from_an_array(tmp_path, form):
    path = tmp_path / "data"
    path.write_text(json.dumps(RECORDS[form]) + "\n")
    assert shown(read(path, "jsonl")[0]) == READ
    path.write_text(json.dumps([RECORDS[form], RECORDS[form]], indent=2))
    found, counts = read(path, "json")
    assert shown(found) == READ * 2
    assert counts.lines == path.read_text().count("\n") + 1


def test_tags_by_number_are_named_or_asked_for(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text('{"tokens": ["EU", "is"], "ner_tags": [3, 0]}\n')
    assert shown(read(path, "jsonl", label_names=("O,B-PER,I-PER,B-ORG",))[0]) == ["EU/B-ORG is"]
    with pytest.raises(
        InputError, match=r"jsonl:1: tags are numbers, here 3, but their names are not known; give --lab"
    ):
        read(path, "jsonl")
    with pytest.raises(InputError, match=r"jsonl:1: tags are numbers, here 3, but --label_names has 2"):
        read(path, "jsonl", label_names=("O", "B-PER"))


def test_records_that_were_refused_are_counted(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text(
        json.dumps({**RECORDS["prodigy"], "answer": "reject"}) + "\n" + json.dumps(RECORDS["doccano"]) + "\n"
    )
    found, counts = read(path, "jsonl")
    assert (shown(found), counts.refused_records) == (READ, 1)


def test_types_with_spaces_become_names(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text('{"text": "Nile", "label": [[0, 4, "geographic place"]]}\n')
    assert shown(read(path, "jsonl")[0]) == ["Nile/B-geographic_place"]


def test_a_fault_in_an_array_is_named_by_its_line(tmp_path):
    path = tmp_path / "data.json"
    records = [RECORDS["doccano"], {"text": "é", "label": [[0, 9, "X"]]}, {"text": "b"}]
    path.write_text(json.dumps(records, indent=1, ensure_ascii=False), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").split("\n")
    with pytest.raises(InputError) as raised:
        read(path, "json")
    first, second = str(raised.value).split("\n")
    begins = [number for number, line in enumerate(lines, 1) if line == " {"]
    assert first.startswith(f"{path}:{begins[1]}: span 0 to 9: expected start and end within 1 characters; ")
    assert first.endswith("; correct its places, which count characters from 0 (not bytes or UTF-16)")
    assert second.startswith(f"{path}:{begins[2]}: expected text with entities, label or spans")


def test_an_array_that_is_cut_is_named(tmp_path):
    path = tmp_path / "data.json"
    path.write_text(json.dumps([RECORDS["doccano"]] * 3, indent=1)[:-30])
    with pytest.raises(InputError, match=r"data.json:\d+: no JSON value \(.*correct the file"):
        read(path, "json")


ORG_RECORD = '[{"text": "EU one", "label": [[0, 2, "ORG"]]}]'
CLASSES = f'{{"classes": ["ORG"], "annotations": {ORG_RECORD}\n}}'


@pytest.mark.parametrize("between", ["\n", "", " \r\n\n"])
@pytest.mark.parametrize("form", [ORG_RECORD, CLASSES])
def test_arrays_after_one_another_are_all_read(tmp_path, form, between):
    path = tmp_path / "data.json"
    path.write_text(f"{form}{between}[\n]{between}{ORG_RECORD}{between}", newline="")
    found, counts = read(path, "json")
    assert (shown(found), counts.lines) == (["EU/B-ORG one"] * 2, len(path.read_bytes().splitlines()))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (f"{ORG_RECORD}\n\n x]", r"data\.json:3: expected another array or the end of the file, not 'x\]'; corr"),
        (f"{ORG_RECORD}\n}}", r"data\.json:2: expected another array or the end of the file, not '}'"),
        (f"{CLASSES}\n}}", r"data\.json:3: expected another array or the end of the file, not '}'"),
        (CLASSES[:-1], r"data\.json:2: no } after the array; correct the file"),
        (f"{ORG_RECORD}\n[1", r"data\.json:2: expected a JSON object.*\n.*data\.json:2: no JSON value"),
        (f'{ORG_RECORD},{{"text": ""}}', r"not ',{\"text\": \"\"}'"),
    ],
)
def test_what_stands_after_an_array_and_is_none_is_named(tmp_path, content, message):
    path = tmp_path / "data.json"
    path.write_text(content)
    with pytest.raises(InputError, match=message):
        read(path, "json")


@given(sentences(), st.booleans())
def test_written_sentences_are_read_back(tmp_path_factory, written, as_array):
    path = tmp_path_factory.getbasetemp() / "written.json"
    records = [{"text": one.text, "spans": spans_in(one)} for one in written]
    path.write_text(json.dumps(records) if as_array else "".join(f"{json.dumps(one)}\n" for one in records))
    found, counts = read(path, "json" if as_array else "jsonl")
    assert (equal(found, written), counts.cut_tokens, counts.overlapping_spans) == (True, 0, 0)


PIECES = [
    b"[",
    b"]",
    b"{",
    b"}",
    b",",
    b'"text": "a b"',
    b'"label": [[0, 1, "X"]]',
    b'{"text": ""}',
    b"\n",
    b"\xff",
    b"1",
]


@given(st.lists(st.sampled_from(PIECES)).map(b"".join))
def test_any_bytes_are_sentences_or_an_error_with_the_file(tmp_path_factory, content):
    for start, name in ((b'{"text": "a", ', "jsonl"), (b'[{"text": "a", ', "json")):
        survive(tmp_path_factory.getbasetemp() / "any.json", start + content, name)


def test_null_for_spans_and_an_accepted_text_without_them_have_no_entity(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text('{"text": "EU.", "spans": null}\n{"text": "x", "answer": "accept"}\n')
    assert shown(read(path, "jsonl")[0]) == ["EU|.", "x"]
    path.write_text('{"text": "x", "answer": "accept", "label": "positive"}\n')
    with pytest.raises(InputError, match="spans must be a list"):
        read(path, "jsonl")


@pytest.mark.parametrize("indent", [None, 1])
def test_an_array_below_its_classes_is_read_and_texts_that_nobody_looked_at_are_counted(tmp_path, indent):
    path = tmp_path / "annotations.json"
    content = {"classes": ["ORG", "LOC"], "annotations": [RECORDS["spacy"], None, ["No.", {"entities": []}]]}
    path.write_text(json.dumps(content, indent=indent))
    found, counts = read(path, "json")
    assert (shown(found), counts.unannotated) == ([*READ, "No|."], 1)


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


ORG, LOC = [0, 2, "ORG"], {"start": 11, "end": 19, "label": "LOC"}


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"text": TEXT, "entities": [], "label": [ORG]}, "EU/B-ORG rejects New York|."),
        ({"text": TEXT, "label": [ORG], "spans": []}, "EU/B-ORG rejects New York|."),
        (
            {"text": TEXT, "entities": [ORG], "spans": [{"start": 0, "end": 2, "type": "ORG"}]},
            "EU/B-ORG rejects New York|.",
        ),
        ({"text": TEXT, "label": "news", "spans": [LOC]}, "EU rejects New/B-LOC York/I-LOC|."),
        ({"text": TEXT, "label": ["news"], "spans": []}, "EU rejects New York|."),
        ({"tokens": ["EU", "is"], "ner_tags": ["B-ORG", "O"], "tags": ["news"]}, "EU/B-ORG is"),
        ({"tokens": ["EU", "is"], "ner_tags": ["B-ORG", "O"], "tags": None}, "EU/B-ORG is"),
        ({"tokens": ["EU", "is"], "ner_tags": ["B-ORG", "O"], "labels": ["B-ORG", "O"]}, "EU/B-ORG is"),
        ({"tokens": ["EU", "is"], "labels": 1, "ner": ["B-ORG", "O"]}, "EU/B-ORG is"),
    ],
    ids=str,
)
def test_of_several_keys_the_one_that_holds_annotations_is_read(tmp_path, record, expected):
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps(record))
    assert shown(read(path, "jsonl")[0]) == [expected]


@pytest.mark.parametrize(
    ("record", "keys"),
    [
        ({"text": TEXT, "entities": [ORG], "spans": [LOC]}, "'entities' and 'spans'"),
        ({"text": TEXT, "label": [ORG], "labels": [ORG, [11, 19, "LOC"]]}, "'label' and 'labels'"),
        ({"tokens": ["EU", "is"], "ner_tags": ["B-ORG", "O"], "tags": ["O", "O"]}, "'ner_tags' and 'tags'"),
        ({"tokens": ["EU", "is"], "ner_tags": None, "tags": ["B-NNP", "O"]}, "'ner_tags' and 'tags'"),
        ({"tokens": ["EU", "is"], "tags": [], "ner": ["B-ORG", "O"]}, "'tags' and 'ner'"),
    ],
    ids=str,
)
def test_keys_that_may_both_hold_annotations_are_named_where_they_differ(tmp_path, record, keys):
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps(record))
    with pytest.raises(InputError, match=rf"jsonl:1: {keys} differ, .*; remove the key that is not to be read"):
        read(path, "jsonl")


TOKENS, TAGS = ["EU", "rejects", "New", "York", "."], ["B-ORG", "O", "B-LOC", "I-LOC", "O"]


def test_tokens_with_their_text_beside_them_have_its_spaces(tmp_path):
    path = tmp_path / "data.jsonl"
    for text, expected, mismatches in ((f" {TEXT}\n", READ, 0), ("EU rejects Rome.", [READ[0].replace("|", " ")], 1)):
        path.write_text(json.dumps({"text": text, "tokens": TOKENS, "ner_tags": TAGS}))
        found, counts = read(path, "jsonl")
        assert (shown(found), counts.texts, counts.text_mismatches) == (expected, 1, mismatches)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"entities": [], "ner_tags": TAGS}, READ),
        ({"spans": [], "entities": [], "ner_tags": TAGS}, READ),
        ({"spans": [], "entities": [ORG], "label": []}, ["EU/B-ORG rejects New York|."]),
        ({"spans": [], "labels": [3, 0, 0, 0, 0]}, ["EU/B-ORG rejects New York|."]),
        ({"spans": [], "tags": ["news"]}, ["EU rejects New York|."]),
        ({"spans": [], "labels": [ORG]}, ["EU/B-ORG rejects New York|."]),
        ({"spans": [], "tags": []}, ["EU rejects New York|."]),
        ({"spans": [], "ner_tags": None}, ["EU rejects New York|."]),
        ({"label": [], "ner_tags": TAGS}, READ),
        ({"spans": [ORG, LOC], "ner_tags": TAGS}, READ),
        ({"label": [ORG, LOC], "ner_tags": TAGS}, READ),
        ({"spans": [ORG, LOC, [15, 19, "LOC"]], "ner_tags": TAGS}, READ),  # of nested ones the outer
        ({"spans": [ORG, LOC], "ner_tags": [3, 0, 1, 2, 0]}, READ),
        ({"spans": [ORG, LOC], "tags": ["NNP", "VBZ", "NNP", "NNP", "."]}, READ),
        ({"spans": [ORG, LOC], "tags": ["news"]}, READ),
        ({"spans": [ORG, LOC], "ner_tags": None, "tags": [7, 7, 7, 7, 7]}, READ),
    ],
    ids=str,
)
def test_empty_spans_give_way_to_tags_and_filled_ones_do_not(tmp_path, record, expected):
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps({"text": TEXT, "tokens": TOKENS, **record}))
    assert shown(read(path, "jsonl", label_names=("O,B-LOC,I-LOC,B-ORG",))[0]) == expected


@pytest.mark.parametrize(
    ("record", "keys"),
    [
        ({"spans": [ORG], "ner_tags": TAGS}, "'spans' and 'ner_tags'"),
        ({"label": [ORG], "ner_tags": TAGS}, "'label' and 'ner_tags'"),
        ({"entities": [ORG, [11, 19, "PER"]], "tags": TAGS}, "'entities' and 'tags'"),
        ({"entities": [ORG, [11, 14, "LOC"]], "tags": TAGS}, "'entities' and 'tags'"),
        ({"spans": [], "entities": [ORG], "ner_tags": ["O"] * 5}, "'entities' and 'ner_tags'"),
        ({"spans": [ORG, LOC], "ner_tags": ["-", "O", "B-LOC", "I-LOC", "O"]}, "'spans' and 'ner_tags'"),
    ],
    ids=str,
)
def test_spans_and_tags_that_differ_are_named(tmp_path, record, keys):
    path = tmp_path / "data.jsonl"
    tokens = [{"text": token} for token in TOKENS]
    path.write_text(json.dumps({"text": TEXT, "tokens": tokens, **record}))
    with pytest.raises(InputError, match=rf"jsonl:1: {keys} differ, .*; remove the key that is not to be read"):
        read(path, "jsonl")


@pytest.mark.parametrize("empty", ["", " ", "\n", "\u3000\t"])
def test_tokens_of_white_space_are_empty_ones(tmp_path, empty):
    path = tmp_path / "data.jsonl"
    records = {"tokens": ["a ", empty, "b"], "ner_tags": ["O", "B-X", "I-X"]}, {"tokens": [empty], "tags": ["O"]}
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))
    for rule, expected in (("drop", ["a b/B-X"]), ("keep", ["a \ufffd/B-X b/I-X", "\ufffd"])):
        found, counts = read(path, "jsonl", empty_token=rule)
        assert (shown(found), counts.empty_tokens) == (expected, 2)
    with pytest.raises(InputError, match=r"jsonl:1: a token is empty; .* --empty_token=drop or --empty_token=keep"):
        read(path, "jsonl")


def test_tokens_of_white_space_in_an_array_are_dropped(tmp_path):
    path = tmp_path / "data.json"
    path.write_text(json.dumps([{"tokens": ["a", " "], "tags": ["B-X", "O"]}]))
    assert shown(read(path, "json", empty_token="drop")[0]) == ["a/B-X"]


@pytest.mark.parametrize("token", ["New\nYork", "New\tYork", "New\r\nYork"])
def test_a_token_that_no_line_of_columns_can_hold_is_named(tmp_path, token):
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps({"tokens": ["in", f" {token}\n"], "ner_tags": ["O", "B-LOC"]}))
    message = rf"jsonl:1: the token {re.escape(repr(token))} holds a line break or a tab; correct the record"
    with pytest.raises(InputError, match=message):
        read(path, "jsonl")
