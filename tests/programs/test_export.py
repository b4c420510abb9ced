"""The SavedModel, loaded where this project is unknown."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ner.inference import predict
from ner.model.words import Words
from ner.text.tokenizer import TokenizedText

LINES = ["Ada went to Ostrel Bay", "", "caf\u00e9 \u6771\x00\t\N{SNOWMAN}", "Bo " * 40]

LOAD = """
import sys
import numpy as np
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
found = model.signatures["serving_default"](sentences=tf.constant(sys.stdin.read().split("|")))
assert "ner" not in sys.modules
arrays = {name: value.numpy() for name, value in found.items()}
np.savez(sys.argv[2], **{name: array.astype("U") if array.dtype == object else array for name, array in arrays.items()})
"""


def export(work, folder, *flags):
    command = [sys.executable, "-m", "ner.export", f"--workdir={work.path}", f"--output_dir={folder}", *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)


def test_a_process_without_this_project_gets_the_probabilities_of_the_tagger(work, tmp_path):
    answer = export(work, tmp_path / "saved")
    assert answer.returncode == 0
    assert answer.stderr == ""
    assert f"model = tf.saved_model.load('{tmp_path}/saved')" in answer.stdout
    command = [sys.executable, "-I", "-c", LOAD, str(tmp_path / "saved"), str(tmp_path / "found.npz")]
    subprocess.run(command, input="|".join(LINES).encode(), timeout=100, check=True)
    found = np.load(tmp_path / "found.npz")

    tagger, _ = predict.load_tagger(work)
    dataset = work.dataset()
    assert found["label_names"].tolist() == list(dataset.labels.names)
    assert found["lengths"].tolist() == [len(line) for line in LINES]
    assert found["probabilities"].shape == (4, 120, len(dataset.labels))
    for row, line in enumerate(LINES):
        assert not found["probabilities"][row, len(line) :].any()
        assert not any(found["labels"][row, len(line) :])
        if line:
            text = TokenizedText.from_tokens(line.split(" "))
            words = Words(*(np.array([values], np.int32) for values in (text.starts, text.ends)))
            expected = np.exp(tagger.log_probs(dataset.vocabulary.encode(line).astype(np.int32)[None], words)[0])
            np.testing.assert_allclose(found["probabilities"][row, : len(line)], expected, rtol=1e-4, atol=1e-6)
            names = [dataset.labels.names[label] for label in expected.argmax(-1)]
            assert found["labels"][row, : len(line)].tolist() == names


def test_what_stands_there_is_replaced_only_when_asked(work, tmp_path):
    saved = tmp_path / "saved"
    saved.mkdir()
    (saved / "saved_model.pb").write_text("another")
    answer = export(work, saved)
    assert answer.returncode == 1
    assert answer.stderr == (
        f"ner.export: error: {saved}: exists already; give --overwrite to replace it, or name another --output_dir\n"
    )
    assert [path.name for path in saved.iterdir()] == ["saved_model.pb"]
    assert export(work, saved, "--overwrite").returncode == 0
    assert (saved / "variables").is_dir()
    assert not list(tmp_path.glob(".saved*"))


def test_a_folder_without_a_checkpoint_is_named_and_nothing_is_left(work, tmp_path):
    Path(work.best).unlink()
    answer = export(work, tmp_path / "saved")
    assert "best.npz: no such file: there are no trained weights yet" in answer.stderr
    assert not list(tmp_path.glob("*saved*"))


@pytest.mark.parametrize("batch", [[], [""], ["", ""]])
def test_a_batch_without_a_character_has_an_answer(work, batch):
    import tensorflow as tf

    from ner.model.saved_model import string_tagger

    tagger, _ = predict.load_tagger(work)
    dataset = work.dataset()
    found = string_tagger(tagger, dataset.vocabulary, dataset.labels).tag(tf.constant(batch, tf.string))
    assert found["labels"].shape == (len(batch), 0)
    assert found["lengths"].numpy().tolist() == [0] * len(batch)
