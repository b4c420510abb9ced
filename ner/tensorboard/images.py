"""The confusion matrices of an evaluation as images."""

import numpy as np
import tensorflow as tf
from tensorboard.plugins.image import metadata as image_metadata

from ner.evaluation.evaluation import Evaluation
from ner.evaluation.reports import figures


def write(evaluation: Evaluation) -> None:
    """Writes the images `character/confusion`, `word/confusion` and `entity/confusion` into the default writer."""
    report = evaluation.report
    for level, image in report.confusion_images().items():
        write_image(f"{level}/confusion", image, report.step, "gold in rows")


def write_image(tag: str, image: np.ndarray, step: int, description: str) -> None:
    """Same as `tf.summary.image` of one image, but with a palette PNG, which is less than half the size."""
    height, width, _ = image.shape
    content = [str(width).encode(), str(height).encode(), figures.to_png(image)]
    metadata = image_metadata.create_summary_metadata(display_name=None, description=description)
    tf.summary.write(tag, tf.constant(content), step=step, metadata=metadata)
