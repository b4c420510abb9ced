"""Every form in which tools write annotations as JSON, alone on a line and in an array."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.errors import InputError
from tests.readers.json_forms import READ, RECORDS, TEXT
from tests.readers.written import equal, read, sentences, shown, spans_in, survive


@pytest.mark.parametrize("form", RECORDS)
def test_every_form_is_read_from_lines_and_from_an_array(tmp_path, form):
    path = tmp_path / "data"
    path.write_text(json.dumps(RECORDS[form]) + "\n")
    assert shown(read(path, "jsonl")[0]) == READ
    path.write_text(json.dumps([RECORDS[form], RECORDS[form]], indent=2))
    found, counts = read(path, "json")
    assert shown(found) == READ * 2
    assert counts.lines == path.read_text().count("\n") + 1


@pytest.mark.parametrize(
    ("record", "remedy"),
    [
        ({"id": 0, "paragraphs": []}, "convert it with `python -m spacy convert FILE.json .`"),
        ({"source": "PubTator", "documents": []}, "write a record of text with entities for each document or passage"),
        (
            {"sentences": [["EU"]], "ner": [[[0, 0, "ORG"]]]},
            "write a record of tokenized_text and ner for each sentence",
        ),
        ({"id": "1", "passages": []}, "write a record of text with entities for each passage, whose offset its enti"),
        ({"text": TEXT, "annotations": []}, "if these are the spans, rename them to spans"),
        ({"text": TEXT, "entity_list": []}, "rename them, or convert the record"),
    ],
)
def test_records_of_other_tools_are_errors_that_tell_what_to_do(tmp_path, record, remedy):
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps(record))
    with pytest.raises(InputError, match=rf"jsonl:1: expected text with entities, .*{re.escape(remedy)}"):
        read(path, "jsonl")


def test_spans_that_count_tokens_are_not_read_as_characters_of_a_text(tmp_path):
    path = tmp_path / "data.jsonl"
    record = {"tokens": ["Anna", "Berg", "left", "."], "entities": [{"start": 0, "end": 2, "type": "PER"}]}
    path.write_text(json.dumps({"text": "Anna Berg left.", **record}))
    with pytest.raises(InputError, match=r"jsonl:1: start and end of the spans seem to count tokens, .*leave out text"):
        read(path, "jsonl")
    path.write_text(json.dumps(record))
    assert shown(read(path, "jsonl")[0]) == ["Anna/B-PER Berg/I-PER left ."]
    for text, tokens, read_as in (
        ("Bo is in", ["Bo", "is", "in"], "Bo/B-PER is in"),
        ("Bo-led it", ["x", "y"], "Bo-led/B-PER it"),  # other tokens than those of the text
        ("Bo-led it", [], "Bo-led/B-PER it"),
    ):
        path.write_text(json.dumps({"text": text, "tokens": tokens, "entities": [[0, 2, "PER"]]}))
        assert shown(read(path, "jsonl")[0]) == [read_as]


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


@pytest.mark.parametrize("names", ["O,art,PERS,ORG", "o,b-PER,b-ART,b-ORG", "O,B_PER,I_PER,B_ORG", "O,P-B,P-I,ORG-B"])
def test_names_of_tags_may_be_types_alone_or_in_another_form(tmp_path, names):
    path = tmp_path / "data.jsonl"
    path.write_text('{"tokens": ["EU", "is"], "ner_tags": [3, 0]}\n')
    assert shown(read(path, "jsonl", label_names=(names,))[0]) == ["EU/B-ORG is"]


def test_names_of_tags_without_o_are_no_types(tmp_path):
    path = tmp_path / "data.jsonl"
    path.write_text('{"tokens": ["EU", "is"], "tags": [1, 0]}\n')
    with pytest.raises(InputError, match="tag 'PROPN' is not O, B-TYPE or I-TYPE"):
        read(path, "jsonl", label_names=("VERB,PROPN",))


def test_of_several_tags_in_one_the_layer_is_taken(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"tokens": ["EU", "is"], "ner_tags": ["B-ORG|B-LOC", "O"]}\n')
    with pytest.raises(InputError, match=r"jsonl:1: tag 'B-ORG\|B-LOC' holds .* layers; choose one with --layer"):
        read(path, "jsonl")
    assert shown(read(path, "jsonl", layer=1)[0]) == ["EU/B-LOC is"]


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


def test_tokens_of_white_space_may_be_the_spaces(tmp_path):
    path = tmp_path / "data.jsonl"
    records = {"tokens": ["서", "울", " ", "간"], "tags": ["B-X", "I-X", "O", "O"]}, {"tokens": "ab", "tags": "OO"}
    path.write_text("".join(json.dumps({key: list(values) for key, values in one.items()}) + "\n" for one in records))
    assert shown(read(path, "jsonl", empty_token="space")[0]) == ["서/B-X|울/I-X 간", "a|b"]


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
