"""The scores of an evaluation as scalars.

Scores of single labels of characters and words are left to the report and the NER tab: they would be many dozen cards
before and after those of entities.
"""

import re
from collections.abc import Mapping

import tensorflow as tf
from tensorboard.plugins.custom_scalar import layout_pb2

from ner.evaluation.confusion import RATIOS
from ner.evaluation.evaluation import Evaluation

_OF_LABELS = re.compile("(character|word)/(f1|precision|recall)/")


def write(evaluation: Evaluation) -> None:
    """Writes the scores of the report into the default writer."""
    report = evaluation.report
    for tag, value in shown(report.scores.scalars()).items():
        tf.summary.scalar(tag, value, step=report.step)
    if report.calibration:
        tf.summary.scalar("entity/calibration_error", report.calibration.error, step=report.step)


def shown(scalars: Mapping[str, float]) -> dict[str, float]:
    """Those that have a card: all but those of single labels."""
    return {tag: value for tag, value in scalars.items() if not _OF_LABELS.match(tag)}


def layout() -> layout_pb2.Layout:
    """Charts of the custom scalars tab, one with several curves each: scores of all types, errors by type, slices."""
    charts = {
        **{ratio: f"entity/{ratio}/" for ratio in RATIOS},
        "errors": "entity/errors/",
        "slices": "entity/slice_f1/",
    }
    return layout_pb2.Layout(
        category=[
            layout_pb2.Category(
                title="entity level",
                chart=[
                    layout_pb2.Chart(title=title, multiline=layout_pb2.MultilineChartContent(tag=[f"{start}.*$"]))
                    for title, start in charts.items()
                ],
            )
        ]
    )
