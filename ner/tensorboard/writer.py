"""Writes TensorBoard summaries: a run is a folder of event files, its tags start with the level of a score.

All writing is done inside `recording(writer)`, which flushes at its end, so that a crash loses no summary.
"""

import contextlib
import errno
from collections.abc import Iterator, Mapping

import numpy as np
import tensorflow as tf
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.custom_scalar import summary as custom_scalar
from tensorboard.plugins.image import metadata as image_metadata

from ner import files
from ner.evaluation import figures, metric_names
from ner.evaluation.evaluator import Evaluation
from ner.tensorboard import curves, markdown, plugin_data
from ner.tensorboard.plugin import payload

_LEVELS = ("entity", "word", "character")


def make_writer(logs: str, run: str) -> tf.summary.SummaryWriter:
    """A writer of the run `logs/run`, which it creates, with the layout of the custom scalars tab."""
    with _file_errors():
        made = tf.summary.create_file_writer(files.join(logs, run))
    with recording(made):
        tf.summary.experimental.write_raw_pb(custom_scalar.pb(_layout()).SerializeToString(), step=0)
    return made


@contextlib.contextmanager
def recording(writer: tf.summary.SummaryWriter) -> Iterator[None]:
    """Context manager that makes `writer` the default and flushes it at the end. Raises OSError where writing fails."""
    with _file_errors(), writer.as_default():
        yield


@contextlib.contextmanager
def _file_errors() -> Iterator[None]:
    """Context manager that raises OSError for TensorFlow's errors; their first line has file and system message.

    TensorFlow reports a full disk as ResourceExhaustedError, as it does full memory.
    """
    try:
        yield
    except tf.errors.OpError as error:
        number = errno.ENOSPC if isinstance(error, tf.errors.ResourceExhaustedError) else errno.EIO
        raise OSError(number, error.message.partition("\n")[0].rpartition("}} ")[2]) from error


def write_scalars(writer: tf.summary.SummaryWriter, step: int, values: Mapping[str, float]) -> None:
    """Writes each value under its tag."""
    with recording(writer):
        for tag, value in values.items():
            tf.summary.scalar(tag, value, step=step)


def write_evaluation(writer: tf.summary.SummaryWriter, evaluation: Evaluation) -> None:
    """Writes all summaries of an evaluation at the step of its report."""
    report = evaluation.report
    write_scalars(writer, report.step, metric_names.scalars_of(report.scores))
    with recording(writer):
        for level, image in report.confusion_images().items():
            _write_image(f"{level}/confusion", image, report.step)
        curves.write(evaluation.outcomes, evaluation.labels.types, report.step)
        tf.summary.text("report", markdown.report_markdown(report), step=report.step)
        tf.summary.text("worst_sentences", markdown.worst_markdown(evaluation), step=report.step)
        blobs = tf.constant(plugin_data.blobs_of(evaluation), tf.string)
        tf.summary.write(payload.TAG, blobs, step=report.step, metadata=payload.metadata())


def _write_image(tag: str, image: np.ndarray, step: int) -> None:
    """Same as `tf.summary.image`, but with a palette PNG, which is less than half the size."""
    height, width, _ = image.shape
    content = [str(width).encode(), str(height).encode(), figures.to_png(image)]
    metadata = image_metadata.create_summary_metadata(display_name=None, description="gold in rows")
    tf.summary.write(tag, tf.constant(content), step=step, metadata=metadata)


def _layout() -> layout_pb2.Layout:
    """Charts of the custom scalars tab: for each level and ratio, one chart with the curves of all classes."""
    return layout_pb2.Layout(
        category=[
            layout_pb2.Category(title=f"{level} level", chart=[_chart(level, ratio) for ratio in metric_names.RATIOS])
            for level in _LEVELS
        ]
    )


def _chart(level: str, ratio: str) -> layout_pb2.Chart:
    return layout_pb2.Chart(title=ratio, multiline=layout_pb2.MultilineChartContent(tag=[f"{level}/{ratio}/.*$"]))
