"""Learning curves of a sweep as a picture and in TensorBoard."""

from collections.abc import Sequence
from pathlib import Path

from ner import files
from ner.evaluation import figures
from ner.sweeps.learning_curve import LearningCurve, points

IMAGE_FILE, RUN = "learning-curve.png", "learning_curve"


def write(folder: Path, curves: Sequence[LearningCurve], sentences: int) -> None:
    """Writes `learning-curve.png`, and a TensorBoard run with it and with the mean score by number of sentences.

    `sentences` are those of the whole training split.
    """
    from ner.tensorboard import images
    from ner.tensorboard.writer import make_writer, recording, write_scalars

    lines = {curve.setting: points(curve) * [sentences, 1, 1] for curve in curves}
    metric = curves[0].metric
    image = figures.learning_curves_rgb(lines, metric)
    files.write_atomically(str(folder / IMAGE_FILE), figures.to_png(image))
    for name, line in lines.items():
        writer = make_writer(str(folder), RUN if len(lines) == 1 else f"{RUN}/{name}")
        with recording(writer):
            images.write_image(f"learning_curve/{metric}", image, sentences, "scores by training sentences")
        for count, mean, _ in line:
            write_scalars(writer, round(count), {f"learning_curve/mean_{metric}": mean})
        writer.close()
