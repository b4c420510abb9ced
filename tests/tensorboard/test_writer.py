import errno
import io
import re
import resource

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.util import tensor_util

from ner.tensorboard import card_tags
from ner.tensorboard.plugin import payload
from ner.tensorboard.plugin.example_index import ExampleIndex
from ner.tensorboard.writer import make_writer, recording, write_evaluation, write_scalars
from tests.predicted import evaluation_of, predictions_of

SENTENCES = [
    [
        ("Ostrel", "B-LOC", "B-LOC", 0.9),
        ("Bay", "I-LOC", "I-LOC", 0.8),
        ("and", "O", "O", 0.9),
        ("Ova", "B-ORG", "B-LOC", 0.7),
    ],
    [("|The|", "O", "B-ORG", 0.6), ("<b>Tarn</b>", "B-LOC", "B-LOC", 0.5)],
]
RIGHT = [[(token, gold, gold, confidence) for token, gold, _, confidence in sentence] for sentence in SENTENCES]


def evaluation_at(step, sentences=SENTENCES):
    return evaluation_of(predictions_of(sentences), step=step)


def report_at(step, sentences=SENTENCES):
    return evaluation_at(step, sentences).report


def events_of(folder):
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    return {tag: events.Tensors(tag) for tag in events.Tags()["tensors"]}


@pytest.fixture
def events(tmp_path):
    """What a validation run holds after two reports; its writer is still open, as after a crash."""
    writer = make_writer(str(tmp_path), "validation")
    for step, sentences in ((100, SENTENCES), (200, RIGHT)):
        write_evaluation(writer, evaluation_at(step, sentences))
    yield events_of(tmp_path / "validation")
    writer.close()


def test_report_scalars_are_read_back_at_their_steps(events):
    expected = card_tags.shown(report_at(100).scores.scalars())
    assert "entity/recall/LOC" in expected
    assert not [tag for tag in events if "support" in tag or "B-LOC" in tag], "no card for each label"
    assert len(expected) < 35
    for tag, value in expected.items():
        assert [event.step for event in events[tag]] == [100, 200]
        assert tensor_util.make_ndarray(events[tag][0].tensor_proto) == pytest.approx(value), tag


def test_the_first_cards_are_the_overview(events):
    found = sorted(tag for tag in events if value_of(events, tag).shape == ())
    overview = ["entity_f1", "loss", "per_type_f1/LOC", "per_type_f1/ORG"]
    assert found[: len(overview)] == [f"Overview/{name}" for name in overview]
    assert value_of(events, "Overview/entity_f1") == value_of(events, "entity/micro_f1")
    assert value_of(events, "Overview/loss") == value_of(events, "loss")


def test_report_scalars_are_named_by_level_score_and_class():
    fields = report_at(100).to_json()
    scores = report_at(100).scores.scalars()
    assert scores["character/accuracy"] == fields["characters"]["accuracy"]
    assert scores["word/macro_f1"] == fields["words"]["macro_f1"]
    assert scores["entity/micro_f1"] == fields["entities"]["micro"]["f1"]
    assert scores["entity/macro_recall"] == fields["entities"]["macro"]["recall"]
    for level, classes in (
        ("character", fields["characters"]["per_class"]),
        ("entity", fields["entities"]["per_type"]),
    ):
        for name, score in classes.items():
            for field in ("precision", "recall", "f1"):
                value = score[field]
                assert scores[f"{level}/{field}/{name}"] == value


def test_report_images_are_the_confusion_matrices(events):
    for level, image in report_at(200, RIGHT).confusion_images().items():
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
    assert [tag for tag in events if re.match(pattern, tag)] == [
        "Overview/per_type_f1/LOC",
        "Overview/per_type_f1/ORG",
    ]


def test_write_scalars_writes_into_its_own_writer_only(tmp_path):
    writers = [make_writer(str(tmp_path), run) for run in ("train", "validation")]
    with writers[1].as_default():
        write_scalars(writers[0], 7, {"loss": 0.5})
    for writer in writers:
        writer.close()
    loss = events_of(tmp_path / "train")["loss"]
    assert [(event.step, tf.make_ndarray(event.tensor_proto)) for event in loss] == [(7, 0.5)]
    assert "loss" not in events_of(tmp_path / "validation")


def value_of(events, tag, index=0):
    return tensor_util.make_ndarray(events[tag][index].tensor_proto)


def test_precision_recall_curves_are_of_exact_entities(events):
    curve = value_of(events, "entity/pr/LOC/pr_curves")  # [hits, false, true negatives, missed, precision, recall]
    assert curve.shape == (6, 101)
    assert curve[:, 0].tolist() == pytest.approx([2, 1, 0, 0, 2 / 3, 1])  # with any confidence
    assert curve[:, 80].tolist() == pytest.approx([1, 0, 0, 1, 1, 0.5])  # with 0.8 and more
    assert value_of(events, "entity/pr/ORG/pr_curves")[:, 0].tolist() == pytest.approx([0, 1, 0, 1, 0, 0])


def test_histograms_tell_right_from_wrong(events):
    def number(tag, index):
        return value_of(events, tag, index)[:, 2].sum() if index < len(events[tag]) else 0

    assert number("entity/confidence/correct", 0) == 2
    assert number("entity/confidence/wrong", 0) == 2
    assert number("sentence/characters/all", 0) == 2
    assert number("sentence/characters/wrong", 0) == 2
    assert number("entity/words/gold", 0) == 3
    assert [event.step for event in events["entity/confidence/wrong"]] == [100], "nothing was wrong at step 200"


def test_texts_are_the_report_and_the_worst_sentences_escaped(events):
    text = value_of(events, "report").item()
    assert "| LOC | 0.667 | 1.000 | 0.800 | 2 |" in text.decode()
    worst = value_of(events, "worst_sentences").item()
    lines = worst.decode().splitlines()
    assert lines[0] == "2 of 2 sentences with a wrong entity, most confident errors first"
    assert "test\\.txt:4, document 1" in lines
    assert "* gold: \\|The\\| **&lt;b&gt;Tarn&lt;/b&gt;** `LOC`" in lines
    assert "* predicted: **Ostrel Bay** `LOC` and **Ova** `LOC`" in lines
    assert value_of(events, "worst_sentences", 1).item() == b"No sentence has a wrong entity."


def test_the_tab_reads_what_was_written(events):
    blobs = value_of(events, payload.TAG).tolist()
    header = payload.read_header(blobs)
    fields = report_at(100).to_json()
    assert header["levels"]["entity"]["rows"] == ["LOC", "ORG", "spurious"]
    assert header["levels"]["entity"]["counts"] == [
        list(row.values()) for row in fields["entities"]["confusion"].values()
    ]
    assert header["errors"] == report_at(100).scores.errors.counts
    assert header["levels"]["word"]["counts"] == fields["words"]["confusion_matrix"]
    assert header["levels"]["character"]["counts"] == fields["characters"]["confusion_matrix"]
    assert list(blobs[1]) == [128, 0, 128]  # right, taken for LOC, right
    index = ExampleIndex(*(blobs[payload.PARTS.index(part)] for part in ("examples", "texts", "fields")))
    assert [index.sentence(number)["n"] for number in (0, 1)] == [0, 1]
    assert index.first_gold.tolist() == [0, 2]
    assert [column.tolist() for column in index.cell("entity", 1, 0)] == [[0], [0.7]]


def test_a_file_that_cannot_grow_is_named(tmp_path):
    writer = make_writer(str(tmp_path), "train")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))
    try:
        with pytest.raises(OSError, match=r"^\[Errno \d+\] /.*/train/events\.out\.tfevents\.\S+; File too large$"):
            write_scalars(writer, 1, {"loss": 0.5})
        writer.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_not_taken_for_full_memory(tmp_path):
    text = "{{node __wrapped__Flush}} /logs/x; No space left\n\tFailed to flush 11 events"
    writer = make_writer(str(tmp_path), "train")
    with pytest.raises(OSError, match=r"/logs/x; No space left$") as raised, recording(writer):
        raise tf.errors.ResourceExhaustedError(None, None, text)
    assert raised.value.errno == errno.ENOSPC


def test_a_run_whose_folder_cannot_be_made_is_an_os_error(tmp_path):
    (tmp_path / "train").touch()
    with pytest.raises(OSError, match="Not a directory"):
        make_writer(str(tmp_path), "train")
