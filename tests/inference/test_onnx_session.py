import json
import sys

import numpy as np
import pytest

from ner import Tagger
from ner.errors import InputError
from tests.conftest import invented_sentences

TEXTS = ["Ada went to Ostrel Bay.", "", "E. F. Gray\N{SNOWMAN} " * 200, *(s.text for s in invented_sentences(20))]


def test_an_export_tags_as_the_work_folder(work, onnx_export):
    wanted = list(Tagger.load(work.path).pipe(TEXTS))
    assert any(doc.ents for doc in wanted)
    for decoding in ("viterbi", "vote"):
        wanted = list(Tagger.load(work.path, decoding=decoding).pipe(TEXTS))
        found = list(Tagger.load(onnx_export, decoding=decoding).pipe(TEXTS))
        assert [doc.tags for doc in found] == [doc.tags for doc in wanted]
        for one, other in zip(found, wanted, strict=True):
            np.testing.assert_allclose(one.confidences, other.confidences, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.onnx", "no", "model.onnx: not a readable ONNX file"),
        ("tagger.json", "{}", "tagger.json: not a tagger.json of this version .KeyError"),
        ("export.json", "{}", "export.json: not a description of an export"),
        ("export.json", json.dumps({"format": "x", "step": 1, "labels": []}), "format 'x' is not one of"),
        ("export.json", json.dumps({"format": "saved_model", "step": 1, "labels": []}), "1: not a readable SavedModel"),
    ],
)
def test_what_cannot_be_loaded_is_named(onnx_export, name, content, message):
    (onnx_export / name).write_text(content)
    with pytest.raises(InputError, match=message):
        Tagger.load(onnx_export)


def test_an_export_is_no_part_of_an_ensemble(work, onnx_export):
    with pytest.raises(InputError, match=r"is an export; .* or export the ensemble with `python -m ner.export"):
        Tagger.load(work.path, onnx_export)


def test_without_onnxruntime_the_remedy_is_named(onnx_export, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(InputError, match="pip install onnxruntime"):
        Tagger.load(onnx_export)
