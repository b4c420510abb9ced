"""The scores of an evaluation as scalars.

Precision and recall of single labels are left to the report: they would be two cards for each label of characters and
of words, in front of the entity scores.
"""

import re
from collections.abc import Mapping

import tensorflow as tf
from tensorboard.plugins.custom_scalar import layout_pb2

from ner.evaluation.confusion import RATIOS
from ner.evaluation.evaluation import Evaluation

_OF_LABELS = re.compile("(character|word)/(precision|recall)/")


def write(evaluation: Evaluation) -> None:
    """Writes the scores of the report into the default writer."""
    report = evaluation.report
    for tag, value in shown(report.scores.scalars()).items():
        tf.summary.scalar(tag, value, step=report.step)


def shown(scalars: Mapping[str, float]) -> dict[str, float]:
    """Those that have a card: all but precision and recall of single labels."""
    return {tag: value for tag, value in scalars.items() if not _OF_LABELS.match(tag)}


def layout() -> layout_pb2.Layout:
    """Charts of the custom scalars tab: for each level and ratio, one chart with the curves of all classes."""
    return layout_pb2.Layout(
        category=[
            layout_pb2.Category(title=f"{level} level", chart=[_chart(level, ratio) for ratio in ratios])
            for level, ratios in (("entity", RATIOS), ("word", RATIOS[:1]), ("character", RATIOS[:1]))
        ]
    )


def _chart(level: str, ratio: str) -> layout_pb2.Chart:
    return layout_pb2.Chart(title=ratio, multiline=layout_pb2.MultilineChartContent(tag=[f"{level}/{ratio}/.*$"]))
