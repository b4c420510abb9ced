"""Entities in JSON that stand as spans of tokens, or as strings under their types."""

import json

import pytest

from ner.errors import InputError
from tests.readers.json_forms import READ, TEXT
from tests.readers.written import read, shown

TOKENS, TAGS = ["EU", "rejects", "New", "York", "."], ["B-ORG", "O", "B-LOC", "I-LOC", "O"]
SPERT = [{"start": 0, "end": 1, "type": "ORG"}, {"start": 2, "end": 4, "type": "LOC"}]
GLINER = [[2, 3, "LOC"], [0, 0, "ORG"]]


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ({"tokens": TOKENS, "entities": SPERT, "relations": [], "orig_id": 5}, READ),
        ({"tokens": TOKENS, "entities": SPERT, "tags": ["NNP", "VBZ", "NNP", "NNP", "."]}, READ),
        ({"tokens": TOKENS, "entities": SPERT, "ner_tags": TAGS}, READ),
        ({"tokens": TOKENS, "entities": [], "ner_tags": TAGS}, READ),
        ({"tokens": TOKENS, "entities": []}, ["EU rejects New York ."]),
        ({"tokens": TOKENS, "entities": [{"start": 1, "end": 4, "label": "two words"}, *SPERT]}, None),
        ({"tokenized_text": TOKENS, "ner": GLINER}, READ),
        ({"tokenized_text": TOKENS, "ner": []}, ["EU rejects New York ."]),
        ({"tokens": TOKENS, "ner": GLINER}, READ),
    ],
    ids=str,
)
def test_spans_of_tokens_are_read(tmp_path, record, expected):
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps(record))
    found, counts = read(path, "jsonl")
    nested = "EU/B-ORG rejects/B-two_words New/I-two_words York/I-two_words ."
    assert shown(found) == [line.replace("|", " ") for line in expected or [nested]]
    assert counts.overlapping_spans == (expected is None)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (
            {"entities": [{"start": 0, "end": 0, "type": "ORG"}]},
            r"entities: \{.*'end': 0.*first token and the token after",
        ),
        (
            {"entities": [{"start": 4, "end": 6, "type": "ORG"}]},
            "entities: .* the token after its last, counted from 0, of 5; correct",
        ),
        ({"entities": [{"start": -1, "end": 1, "type": "ORG"}]}, "entities: .* expected its first token"),
        ({"entities": [{"start": 0, "end": 1}]}, "entities: .* expected start, end and type; correct it"),
        ({"entities": [{"start": "0", "end": 1, "type": "ORG"}]}, "entities: .* expected start, end and type"),
        ({"entities": [{"start": 0, "end": 1, "type": " "}]}, "entities: .* expected start, end and type"),
        (
            {"ner": [[4, 5, "ORG"]]},
            r"ner: \[4, 5, 'ORG'\]: expected its first token and its last token, counted from 0",
        ),
        ({"ner": [[1, 0, "ORG"]]}, "ner: .* expected its first token and its last token"),
        ({"ner": [[0, 1]]}, "ner: .* expected its first token, its last token and its type; correct it"),
        ({"ner": []}, "5 tokens, but 0 tags"),
        ({"entities": SPERT, "ner_tags": ["O", *TAGS[1:]]}, "'entities' and 'ner_tags' differ, .*; remove the key"),
    ],
    ids=str,
)
def test_what_is_no_span_of_the_tokens_is_named(tmp_path, record, message):
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps({"tokens": TOKENS, **record}))
    with pytest.raises(InputError, match=rf"jsonl:1: {message}"):
        read(path, "jsonl")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ({"ORG": {"EU": [[0, 1]]}, "LOC": {"New York": [[11, 18]]}}, READ),
        ({"ORG": {"EU": [[0, 1]], "York": [[15, 18]]}}, ["EU/B-ORG rejects New York/B-ORG|."]),
        ({}, ["EU rejects New York|."]),
        ({"ORG": {"EU": [[0, 3]]}}, "span 0 to 4 says 'EU', but the text there is 'EU r'"),
        (
            {"ORG": {"EU": [[0]]}},
            r"expected a list of spans, or \{TYPE: \{STRING: \[\[FIRST, LAST\]\]\}\}, not .*; correct",
        ),
        ({"ORG": 1}, "expected a list of spans"),
        ({"ORG": {"EU": [["0", 1]]}}, "expected start, end and label; correct it"),
    ],
    ids=str,
)
def test_strings_under_their_types_are_read_where_they_stand(tmp_path, label, expected):
    path = tmp_path / "data.jsonl"
    path.write_text(json.dumps({"text": TEXT, "label": label}))
    if isinstance(expected, list):
        assert shown(read(path, "jsonl")[0]) == expected
        return
    with pytest.raises(InputError, match=rf"jsonl:1: .*{expected}"):
        read(path, "jsonl")
