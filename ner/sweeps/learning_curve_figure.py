"""Learning curves of a sweep as a picture and in TensorBoard."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ner import files
from ner.evaluation.reports import figures
from ner.sweeps.learning_curve import LearningCurve, points
from ner.sweeps.locks import lock

IMAGE_FILE, RUN = "learning-curve.png", "learning_curve"


def write(folder: Path, curves: Sequence[LearningCurve], sentences: Mapping[str, int]) -> None:
    """Writes `learning-curve.png`, and a TensorBoard run with it and with the mean score by number of sentences.

    They take the place of earlier ones. `sentences` has for each setting how many a share of 1 is.
    """
    lines = {curve.setting: points(curve) * [sentences[curve.setting], 1, 1] for curve in curves}
    image = figures.learning_curves_rgb(lines, " or ".join(sorted({curve.metric for curve in curves})))
    held = lock(folder, wait=True)  # another job of the array may end at the same time
    try:
        files.write_atomically(str(folder / IMAGE_FILE), figures.to_png(image))
        files.remove_folder(str(folder / RUN))  # TensorBoard's loader in Python would show each point twice
        _write_runs(folder, curves, lines, image)
    finally:
        if held is not None:
            os.close(held)


def _write_runs(
    folder: Path, curves: Sequence[LearningCurve], lines: Mapping[str, np.ndarray], image: np.ndarray
) -> None:
    """A run for each curve; its line is float64 [shares, 3]: sentences, mean score, deviation."""
    from ner.tensorboard import images
    from ner.tensorboard.writer import make_writer, recording, write_scalars

    for curve in curves:
        metric, line = curve.metric, lines[curve.setting]
        writer = make_writer(str(folder), RUN if len(curves) == 1 else f"{RUN}/{curve.setting}")
        with recording(writer):
            images.write_image(f"learning_curve/{metric}", image, round(line[-1][0]), "scores by training sentences")
        for count, mean, _ in line:
            write_scalars(writer, round(count), {f"learning_curve/mean_{metric}": mean})
        writer.close()
