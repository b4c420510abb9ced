"""Predictions as columns: token, gold, predicted and confidence, tab-separated, with comments above each sentence.

To build the corrected file again, gold is named: `--tag_column=1`.
"""

from collections.abc import Sequence

from ner.evaluation.reports.predicted_sentence import PredictedSentence


def contents(name: str, sentences: Sequence[PredictedSentence]) -> dict[str, str]:
    """`NAME.conll`."""
    return {f"{name}.conll": "".join(map(block, sentences))}


def block(sentence: PredictedSentence) -> str:
    """The lines of a sentence, and a blank one."""
    place = f"# sentence {sentence.number}: {sentence.file}:{sentence.line}, document {sentence.document}"
    rows = zip(sentence.tokens, sentence.gold, sentence.predicted, sentence.confidences, strict=True)
    lines = [f"{token}\t{gold}\t{predicted}\t{confidence:.4f}" for token, gold, predicted, confidence in rows]
    return "\n".join([*(f"# {note}" for note in sentence.notes), place, *lines, "", ""])
