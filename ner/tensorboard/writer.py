"""Writes TensorBoard summaries: a run is a folder of event files, its tags start with the level of a score.

A new kind of summary is a file with a function `write(evaluation)`, and a line in `SUMMARIES`. All writing is done
inside `recording(writer)`, which flushes at its end, so that a crash loses no summary.
"""

import contextlib
import errno
from collections.abc import Callable, Iterator, Mapping

import tensorflow as tf
from tensorboard.plugins.custom_scalar import summary as custom_scalar

from ner import files
from ner.evaluation.evaluation import Evaluation
from ner.tensorboard import curves, images, markdown, plugin_data, scalars

# Each writes one kind of summary into the default writer.
SUMMARIES: tuple[Callable[[Evaluation], None], ...] = (
    scalars.write,
    images.write,
    curves.write,
    markdown.write,
    plugin_data.write,
)


def make_writer(logs: str, run: str) -> tf.summary.SummaryWriter:
    """A writer of the run `logs/run`, which it creates, with the layout of the custom scalars tab."""
    with _file_errors():
        made = tf.summary.create_file_writer(files.join(logs, run))
    with recording(made):
        tf.summary.experimental.write_raw_pb(custom_scalar.pb(scalars.layout()).SerializeToString(), step=0)
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
    """Writes all `SUMMARIES` of an evaluation at the step of its report."""
    with recording(writer):
        for write in SUMMARIES:
            write(evaluation)
