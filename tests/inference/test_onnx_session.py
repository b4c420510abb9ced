import json
import sys

import numpy as np
import pytest

from ner import Tagger
from ner.errors import InputError
from ner.exporting import onnx_format
from ner.inference.export_description import Description
from ner.run_dir.trained_tagger import load_tagger
from tests.conftest import invented_sentences

TEXTS = ["Ada went to Ostrel Bay.", "", "E. F. Gray\N{SNOWMAN} " * 200, *(s.text for s in invented_sentences(20))]


@pytest.fixture
def exported(work, tmp_path):
    folder = tmp_path / "exported"
    folder.mkdir()
    tagger, step = load_tagger(work)
    onnx_format.write(tagger, work.dataset().spacing, str(folder))
    Description(format="onnx", step=step, labels=tagger.labels.names).write(str(folder))
    return folder


def test_an_export_tags_as_the_work_folder(work, exported):
    wanted = list(Tagger.load(work.path).pipe(TEXTS))
    assert any(doc.ents for doc in wanted)
    for decoding in ("viterbi", "vote"):
        wanted = list(Tagger.load(work.path, decoding=decoding).pipe(TEXTS))
        found = list(Tagger.load(exported, decoding=decoding).pipe(TEXTS))
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
def test_what_cannot_be_loaded_is_named(exported, name, content, message):
    (exported / name).write_text(content)
    with pytest.raises(InputError, match=message):
        Tagger.load(exported)


def test_an_export_is_no_part_of_an_ensemble(work, exported):
    with pytest.raises(InputError, match=r"is an export; .* or export the ensemble with `python -m ner.export"):
        Tagger.load(work.path, exported)


def test_without_onnxruntime_the_remedy_is_named(exported, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(InputError, match="pip install onnxruntime"):
        Tagger.load(exported)
