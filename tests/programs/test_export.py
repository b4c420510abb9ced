"""Exports, loaded where this project is unknown."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from ner.inference.export_description import Description
from tests.forked import run_program

TESTS = Path(__file__).parents[1]
LINES = ["Ada went to Ostrel Bay", "", "caf\u00e9 \u6771 \N{SNOWMAN}", " ".join(["Bo"] * 40)]


def export(work, folder, *flags):
    return run_program("ner.export", f"--workdir={work.path}", f"--output_dir={folder}", *flags, text=True)


def tagged(work, lines):
    """What `ner.tag` says."""
    text = "\n".join([*lines, ""]).encode()
    done = run_program("ner.tag", f"--workdir={work.path}", "--output=json", input=text)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.timeout(900)  # five new processes import TensorFlow
def test_processes_without_this_project_get_the_entities_of_ner_tag(work, tmp_path):
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved" / "export.json").write_text("another")
    answer = export(work, tmp_path / "saved", "--overwrite")
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    assert f'model = tf.saved_model.load("{tmp_path}/saved/1")' in answer.stdout
    assert Description.read(str(tmp_path / "saved")).step == 3
    assert not list(tmp_path.glob(".saved*"))
    version = tmp_path / "saved" / "1"
    assert sorted(path.name for path in version.iterdir()) == ["fingerprint.pb", "saved_model.pb", "variables"]
    loader = Path(importlib.util.find_spec("ner.exporting").origin).with_name("load_saved_model.py")
    command = [sys.executable, "-I", str(loader), str(version)]
    done = subprocess.run(command, input=json.dumps(LINES).encode(), stdout=subprocess.PIPE, timeout=300, check=True)
    found = json.loads(done.stdout)
    wanted = tagged(work, LINES)
    assert any(one["entities"] for one in wanted)
    for row, one in enumerate(wanted):
        count = found["num_entities"][row]
        columns = [found[f"entity_{name}"][row][:count] for name in ("types", "starts", "ends")]
        assert list(zip(*columns, strict=True)) == [(e["type"], e["start"], e["end"]) for e in one["entities"]]
        confidences = [entity["confidence"] for entity in one["entities"]]
        assert found["entity_confidences"][row][:count] == pytest.approx(confidences, abs=1e-4)
    check_c_library(version, found)


def check_c_library(version, found):
    """The C library, with no Python of TensorFlow in the process, gives the same."""
    library = Path(importlib.util.find_spec("tensorflow").origin).with_name("libtensorflow_cc.so.2")
    if not library.exists():
        pytest.skip(f"{library} is not there")
    from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

    content = SavedModel.FromString((version / "saved_model.pb").read_bytes())
    signature = content.meta_graphs[0].signature_def["serving_default"]
    names = {name: info.name for part in (signature.inputs, signature.outputs) for name, info in part.items()}
    command = [sys.executable, str(TESTS / "saved_model_in_c.py"), str(library), str(version), *LINES]
    done = subprocess.run(command, input=json.dumps(names), capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    (_, counts), (shape, starts) = json.loads(done.stdout)
    assert counts == found["num_tokens"]
    assert shape[0] == len(LINES)
    assert starts == [place for row in found["entity_starts"] for place in row]


def test_what_stands_there_is_not_replaced_unless_asked(work, tmp_path):
    saved = tmp_path / "saved"
    saved.mkdir()
    (saved / "export.json").write_text("another")
    answer = export(work, saved)
    assert answer.returncode == 1
    assert answer.stderr == (
        f"ner.export: error: {saved}: exists already; give --overwrite to replace it, or name another --output_dir\n"
    )
    assert [path.name for path in saved.iterdir()] == ["export.json"]


def test_a_folder_without_a_checkpoint_is_named_and_nothing_is_left(work, tmp_path):
    Path(work.best).unlink()
    answer = export(work, tmp_path / "saved")
    assert "best.npz: no such file: there are no trained weights yet" in answer.stderr
    assert not list(tmp_path.glob("*saved*"))


def test_eight_bits_are_for_onnx_alone(work, tmp_path):
    answer = export(work, tmp_path / "saved", "--int8")
    assert answer.returncode == 1
    assert "--int8 with --format=saved_model: only --format=onnx has weights of eight bits" in answer.stderr


def test_an_onnx_export_is_written_to_a_local_folder(work):
    answer = export(work, "gs://bucket/export", "--format=onnx")
    assert answer.returncode == 1
    assert "gs://bucket/export: an ONNX export is read back without TensorFlow" in answer.stderr


@pytest.mark.timeout(900)
def test_an_onnx_export_tags_without_tensorflow(work, tmp_path):
    folder = tmp_path / "onnx"
    answer = export(work, folder, "--format=onnx", "--licence=CC BY 4.0")
    assert answer.returncode == 0, answer.stderr
    assert f'nlp = Tagger.load("{folder}")' in answer.stdout
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["README.md", "export.json", "model.onnx", "tagger.json"]
    assert 'license: "cc-by-4.0"' in (folder / "README.md").read_text(encoding="utf-8")
    load = "import json, sys; sys.modules.update(tensorflow=None, keras=None); from ner import Tagger; "
    load += "print(json.dumps([doc.to_json() for doc in Tagger.load(sys.argv[1]).pipe(json.load(sys.stdin))]))"
    command = [sys.executable, "-c", load, str(folder)]
    done = subprocess.run(command, input=json.dumps(LINES), capture_output=True, text=True, timeout=300, check=True)
    for one, other in zip(json.loads(done.stdout), tagged(work, LINES), strict=True):
        assert [entity["text"] for entity in one["entities"]] == [entity["text"] for entity in other["entities"]]
        confidences = [entity["confidence"] for entity in other["entities"]]
        assert [entity["confidence"] for entity in one["entities"]] == pytest.approx(confidences, abs=2e-4)
