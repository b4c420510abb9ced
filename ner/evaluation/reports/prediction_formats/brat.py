"""Predictions as a folder of brat: a line of text for each sentence, its gold entities, and notes on those in doubt."""

from collections.abc import Sequence

from ner.errors import InputError
from ner.evaluation.reports.predicted_sentence import LabelledSpan, PredictedSentence
from ner.text.standoff import Standoff, standoff_lines


def contents(name: str, sentences: Sequence[PredictedSentence]) -> dict[str, str]:
    """`NAME-brat/NAME.txt` and `.ann`.

    A gold entity that was not found has a note that says what was predicted for its words. Raises `InputError` on a
    sentence that is annotated in part: brat has no word for that.
    """
    text, annotations = "", []
    first, offset = 1, 0
    for sentence in sentences:
        if not sentence.is_annotated:
            raise InputError(
                f"{sentence.file}:{sentence.line}: brat cannot say which tokens are unannotated; "
                "choose conll or jsonl with --prediction_formats"
            )
        predicted = sentence.spans(sentence.predicted)
        entities = [
            Standoff(one.type, one.start, one.end, _note(one, predicted)) for one in sentence.spans(sentence.gold)
        ]
        annotations += standoff_lines(sentence.text, entities, offset=offset, first=first)
        first, offset = first + len(entities), offset + len(sentence.text) + 1
    text = "".join(f"{sentence.text}\n" for sentence in sentences)
    return {f"{name}-brat/{name}.txt": text, f"{name}-brat/{name}.ann": "".join(annotations)}


def _note(gold: LabelledSpan, predicted: Sequence[LabelledSpan]) -> str:
    """What was predicted where a gold entity stands; `""` where it was found."""
    if any(one[:3] == gold[:3] for one in predicted):
        return ""
    over = [one for one in predicted if one.start < gold.end and gold.start < one.end]
    return "predicted " + ("nothing" if not over else ", ".join(f"{one.type} ({one.confidence:.2f})" for one in over))
