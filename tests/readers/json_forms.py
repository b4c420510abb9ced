"""One annotated text in every form of JSON that is read."""

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
    "spacy document": {
        "text": TEXT,
        "ents": [{"start": 0, "end": 2, "label": "ORG"}, {"start": 11, "end": 19, "label": "LOC"}],
        "sents": [{"start": 0, "end": 20}],
        "tokens": [{"id": 0, "start": 0, "end": 2, "pos": "PROPN"}],
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
