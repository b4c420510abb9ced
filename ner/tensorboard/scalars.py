"""The scores of an evaluation as scalars."""

import tensorflow as tf
from tensorboard.plugins.custom_scalar import layout_pb2

from ner.evaluation.confusion import RATIOS
from ner.evaluation.evaluator import Evaluation

_LEVELS = ("entity", "word", "character")


def write(evaluation: Evaluation) -> None:
    """Writes every score of the report into the default writer."""
    report = evaluation.report
    for tag, value in report.scores.scalars().items():
        tf.summary.scalar(tag, value, step=report.step)


def layout() -> layout_pb2.Layout:
    """Charts of the custom scalars tab: for each level and ratio, one chart with the curves of all classes."""
    return layout_pb2.Layout(
        category=[
            layout_pb2.Category(title=f"{level} level", chart=[_chart(level, ratio) for ratio in RATIOS])
            for level in _LEVELS
        ]
    )


def _chart(level: str, ratio: str) -> layout_pb2.Chart:
    return layout_pb2.Chart(title=ratio, multiline=layout_pb2.MultilineChartContent(tag=[f"{level}/{ratio}/.*$"]))
