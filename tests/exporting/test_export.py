"""What an export holds beside its network; `tests/programs/test_export.py` loads exports in processes of their own."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from ner.exporting import export
from ner.exporting.load_saved_model import as_json
from ner.inference.pipeline import Tagger
from ner.run_dir.confidence_calibration import ConfidenceCalibration
from ner.saved_model import module

TEXT = "Ada went to Ostrel Bay"


def save_two_functions(tagger, spacing, folder, thresholds, lone_marks):
    """`ner.saved_model.module.save` without signatures and the functions for tokens and characters, for the time."""
    whole, part = module.text_module(tagger, spacing, thresholds, lone_marks), tf.Module()
    part.weights, part.tag, part.log_probs = whole.weights, whole.tag, whole.log_probs
    tf.saved_model.save(part, folder, options=tf.saved_model.SaveOptions(experimental_custom_gradients=False))


def test_a_saved_model_is_saved_with_all_that_it_is_made_with(monkeypatch):
    made = []
    monkeypatch.setattr(module, "text_module", lambda *arguments: made.append(arguments) or tf.Module())
    with pytest.raises(AttributeError):  # this one has no signatures
        module.save("tagger", "spacing", "folder", {"LOC": 0.5}, "-")
    assert made == [("tagger", "spacing", {"LOC": 0.5}, "-")]


def test_an_export_holds_the_calibration_of_its_weights(work, tmp_path, monkeypatch):
    monkeypatch.setattr(export, "_compare", lambda *arguments, **options: "")
    before = Tagger.load(work.path)(TEXT).confidences
    curves = {"LOC": ((0.0, 0.95),), "PER": ((0.0, 0.5), (1.0, 1.0))}
    ConfidenceCalibration(step=3, temperature=3.0, curves=curves).write(work.path)
    (tmp_path / "onnx").mkdir()
    export.export(work, str(tmp_path / "onnx"), "onnx")
    for path in (work.path, tmp_path / "onnx"):
        found = Tagger.load(path, min_precision=0.9)
        assert found.thresholds == {"LOC": 0.0, "PER": 1.0}
        assert max(found(TEXT).confidences) < max(before)
        assert {ent.label for ent in found(TEXT).ents} <= {"LOC"}


@pytest.mark.parametrize("kind", ["saved_model", "onnx"])
def test_an_export_cuts_tokens_as_the_tagger_does_and_leaves_out_what_its_thresholds_say(
    work, tmp_path, monkeypatch, kind
):
    monkeypatch.setattr(export, "_compare", lambda *arguments, **options: "")
    monkeypatch.setattr(module, "save", save_two_functions)
    (Path(work.path) / "dataset.json").write_text(replace(work.dataset(), lone_marks="-").to_json())
    texts = [f"{number} Ada went to Ostrel Bay, now-famous" for number in range(20)]
    entities = [ent for doc in Tagger.load(work.path).pipe(texts) for ent in doc.ents]
    assert len(entities) > 1
    limit = float(np.median([ent.confidence for ent in entities])) + 1e-6
    curves = {"LOC": ((limit, 0.9),), "PER": ((0.0, 0.9),)}
    ConfidenceCalibration(step=3, temperature=1.0, curves=curves).write(work.path)
    export.export(work, str(tmp_path), kind, min_precision=0.9, min_confidence=0.1)
    wanted = Tagger.load(work.path, min_precision=0.9, min_confidence=0.1)
    expected = [(ent.label, ent.start, ent.end) for doc in wanted.pipe(texts) for ent in doc.ents]
    assert 0 < len(expected) < len(entities)
    loaded = Tagger.load(tmp_path)
    tokens = ("0", "Ada", "went", "to", "Ostrel", "Bay", ",", "now", "-", "famous")
    assert loaded(texts[0]).tokens == wanted(texts[0]).tokens == tokens
    assert loaded.thresholds == wanted.thresholds == {"LOC": limit, "PER": 0.1}
    assert [(ent.label, ent.start, ent.end) for doc in loaded.pipe(texts) for ent in doc.ents] == expected
    if kind == "saved_model":
        saved = tf.saved_model.load(str(tmp_path / "1"))  # its functions do not keep it alive
        found = saved.tag(tf.constant(texts))
        columns = [found[f"entity_{name}"].flat_values.numpy().tolist() for name in ("types", "starts", "ends")]
        assert [(name.decode(), *place) for name, *place in zip(*columns, strict=True)] == expected
        tags = {tag.decode() for tag in found["token_tags"].flat_values.numpy()}
        assert {tag[2:] for tag in tags - {"O"}} == {name for name, *_ in expected}
        assert found["token_starts"][0].shape == len(tokens)
    assert f"`LOC` {limit:.3f}, `PER` 0.100." in (tmp_path / "README.md").read_text()


def test_types_in_any_script_are_read_from_a_saved_model():
    found = tf.constant([["B-\u00c9t\u00e9", "I-\u4eba\u540d", "O", ""]])
    assert as_json(found.numpy().tolist()) == [["B-\u00c9t\u00e9", "I-\u4eba\u540d", "O", ""]]
    assert as_json(np.array([[1, -1]], np.int32).tolist()) == [[1, -1]]
