"""Files of predictions beside gold, which `data_tools.build` reads again once gold was corrected.

A format is a function of a name and sentences that gives the content of each file; a new one is a file here and a line
in `FORMATS`.
"""

from collections.abc import Callable, Sequence

from ner.evaluation.reports.predicted_sentence import PredictedSentence
from ner.evaluation.reports.prediction_formats import brat, conll, jsonl

FORMATS: dict[str, Callable[[str, Sequence[PredictedSentence]], dict[str, str]]] = {
    "conll": conll.contents,
    "jsonl": jsonl.contents,
    "brat": brat.contents,
}
