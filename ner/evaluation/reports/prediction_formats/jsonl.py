"""Predictions as JSON lines: the text, its gold entities as `spans`, which annotation tools read, and `predicted`."""

import json
from collections.abc import Sequence
from typing import Any

from ner.evaluation.reports.predicted_sentence import PredictedSentence


def contents(name: str, sentences: Sequence[PredictedSentence]) -> dict[str, str]:
    """`NAME.jsonl`."""
    return {f"{name}.jsonl": "".join(json.dumps(record(one), ensure_ascii=False) + "\n" for one in sentences)}


def record(sentence: PredictedSentence) -> dict[str, Any]:
    """`{"text": ..., "spans": [{"start": 0, "end": 2, "label": "ORG"}], "predicted": [...], ...}`.

    A sentence that is annotated in part has `tokens` and `ner_tags` in place of both: spans do not say where nobody
    annotated.
    """
    if sentence.is_annotated:
        gold = [{"start": one.start, "end": one.end, "label": one.type} for one in sentence.spans(sentence.gold)]
        found: dict[str, Any] = {"text": sentence.text, "spans": gold}
    else:
        found = {"tokens": sentence.tokens, "ner_tags": sentence.gold}
    predicted = [
        {"start": one.start, "end": one.end, "label": one.type, "confidence": one.confidence}
        for one in sentence.spans(sentence.predicted)
    ]
    place = {"file": sentence.file, "line": sentence.line, "document": sentence.document}
    return {**found, "predicted": predicted, **place, **({"notes": sentence.notes} if sentence.notes else {})}
