"""The scores of an evaluation as scalars."""

import tensorflow as tf
from tensorboard.plugins.custom_scalar import layout_pb2

from ner.evaluation.evaluation import Evaluation
from ner.tensorboard.card_tags import TYPE_F1, shown


def write(evaluation: Evaluation) -> None:
    """Writes the scores of the report into the default writer."""
    report = evaluation.report
    for tag, value in shown(report.scores.scalars()).items():
        tf.summary.scalar(tag, value, step=report.step)
    if report.calibration:
        tf.summary.scalar("entity/calibration_error", report.calibration.error, step=report.step)


def layout() -> layout_pb2.Layout:
    """Charts of the custom scalars tab, one with several curves each: scores of all types, errors by type, slices."""
    charts = {
        "f1": TYPE_F1,
        "precision": "entity/precision/",
        "recall": "entity/recall/",
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
