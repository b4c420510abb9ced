import io
import re

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.util import tensor_util

from ner.analysis import summaries
from ner.analysis.report import Report
from ner.analysis.scores import Scores
from ner.text.labels import Labels

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
GOLD = np.array([[1, 2, 0, 3], [0, 1, -1, -1]])
PREDICTED = np.array([[1, 2, 0, 1], [3, 1, 0, 0]])


def report_at(step, predicted=PREDICTED):
    return Report("validation", step, Scores.from_batch(GOLD, predicted, GOLD, predicted, LABELS), 1.0)


def events_of(folder):
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    return {tag: events.Tensors(tag) for tag in events.Tags()["tensors"]}


@pytest.fixture
def events(tmp_path):
    """What a validation run holds after two reports; its writer is still open, as after a crash."""
    writer = summaries.writer(str(tmp_path), "validation")
    for step, predicted in ((100, PREDICTED), (200, np.maximum(GOLD, 0))):
        summaries.write_report(writer, report_at(step, predicted))
    yield events_of(tmp_path / "validation")
    writer.close()


def test_report_scalars_are_read_back_at_their_steps(events):
    expected = summaries.scalars_of(report_at(100))
    for tag, value in expected.items():
        assert [event.step for event in events[tag]] == [100, 200]
        assert tensor_util.make_ndarray(events[tag][0].tensor_proto) == pytest.approx(value), tag


def test_report_scalars_are_named_by_level_score_and_class():
    fields = report_at(100).to_json()
    scalars = summaries.scalars_of(report_at(100))
    assert scalars["character/accuracy"] == fields["characters"]["accuracy"]
    assert scalars["word/macro_f1"] == fields["words"]["macro_f1"]
    assert scalars["entity/micro_f1"] == fields["entities"]["micro"]["f1"]
    assert scalars["entity/macro_recall"] == fields["entities"]["macro"]["recall"]
    for level, classes in (
        ("character", fields["characters"]["per_class"]),
        ("entity", fields["entities"]["per_type"]),
    ):
        for name, score in classes.items():
            for field, value in score.items():
                assert scalars[f"{level}/{field}/{name}"] == value


def test_report_images_are_the_confusion_matrices(events):
    for level, image in report_at(200, np.maximum(GOLD, 0)).confusion_images().items():
        assert [event.step for event in events[f"{level}/confusion"]] == [100, 200]
        width, height, png = tensor_util.make_ndarray(events[f"{level}/confusion"][1].tensor_proto)
        assert (int(height), int(width)) == image.shape[:2]
        shown = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
        assert np.abs(shown - image).mean() < 0.5


def test_run_describes_charts_whose_patterns_find_the_scalars_of_all_classes(events):
    layout = layout_pb2.Layout.FromString(
        tensor_util.make_ndarray(events["custom_scalars__config__"][0].tensor_proto).item()
    )
    chart = next(c.chart[0] for c in layout.category if c.title == "entity level")
    assert chart.title == "f1"
    (pattern,) = chart.multiline.tag
    assert [tag for tag in events if re.match(pattern, tag)] == ["entity/f1/LOC", "entity/f1/PER"]


def test_write_scalars_writes_into_its_own_writer_only(tmp_path):
    writers = [summaries.writer(str(tmp_path), run) for run in ("train", "validation")]
    with writers[1].as_default():
        summaries.write_scalars(writers[0], 7, {"loss": 0.5})
    for writer in writers:
        writer.close()
    loss = events_of(tmp_path / "train")["loss"]
    assert [(event.step, tf.make_ndarray(event.tensor_proto)) for event in loss] == [(7, 0.5)]
    assert "loss" not in events_of(tmp_path / "validation")
