"""Tasks of Label Studio to texts with spans: as its export to JSON has them, and as JSON-MIN does.

Source: https://labelstud.io/guide/export
"""

from collections.abc import Mapping
from typing import Any

from data_tools.readers.annotated_text import RecordError
from data_tools.readers.base import ReadCounts
from data_tools.readers.json.json_spans import TEXTS, TYPES, are_spans, first_of


def is_task(record: Mapping[str, Any]) -> bool:
    """Whether a record is a task: `{"data": {"text": ...}, "annotations": [...]}`."""
    return isinstance(record.get("data"), dict)


def is_annotated_task(record: Mapping[str, Any]) -> bool:
    """Whether a record is a task of JSON-MIN in which nobody marked a span: nothing stands in place of a list of none.

    `{"text": ..., "annotation_id": 7, "annotator": 1, ...}`.
    """
    return "annotation_id" in record and not any(value and are_spans(value) for value in record.values())


def text_with_spans(task: Mapping[str, Any], counts: ReadCounts) -> dict[str, Any] | None:
    """The text of a task, with the spans of its ground truth, else of its first annotation.

    None where nobody has annotated it yet, or all who saw it skipped it; these are counted. Raises `RecordError` on a
    task without a text, on spans of several controls, and on those of elements in place of characters.
    """
    text = first_of(task["data"], TEXTS)
    if not isinstance(text, str):
        keys = ", ".join(map(repr, task["data"])) or "none"
        expected = f"expected a text in data as {', '.join(TEXTS[:-1])} or {TEXTS[-1]}"
        raise RecordError(f"{expected}, but its keys are {keys}; rename the one that holds it")
    given = task.get("annotations", task.get("completions"))
    annotations = [one for one in given or () if isinstance(one, dict) and not one.get("was_cancelled")]
    if not annotations:
        counts.refused_records += bool(given)
        counts.unannotated += not given
        return None
    counts.other_annotations += len(annotations) - 1
    annotation = next((one for one in annotations if one.get("ground_truth") is True), annotations[0])
    results = [one for one in annotation.get("result") or () if isinstance(one, dict)]
    of_regions = [one for one in results if isinstance(one.get("value"), dict) and "start" in one["value"]]
    if (element := next((one for one in map(_start, of_regions) if isinstance(one, str)), None)) is not None:
        expected = "expected a number of characters, as in spans of Text"
        raise RecordError(f"a span starts at {element!r}, as in HyperText and Paragraphs: {expected}; label plain text")
    # Comments and choices for a region are results of their own, with its place.
    spans = [one for one in of_regions if first_of(one["value"], TYPES)]
    counts.untyped_spans += len({*map(_place, of_regions)} - {*map(_place, spans)})
    controls = dict.fromkeys(str(one["from_name"]) for one in spans if "from_name" in one)
    if len(controls) > 1:
        named = ", ".join(map(repr, controls))
        raise RecordError(f"spans of the controls {named}: which are entities? In the export, keep the results of one")
    return {"text": text, "spans": [one["value"] for one in spans]}


def _start(result: Mapping[str, Any]) -> Any:
    return result["value"]["start"]


def _place(result: Mapping[str, Any]) -> str:
    return f"{_start(result)} {result['value'].get('end')}"
