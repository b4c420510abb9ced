"""Exports, loaded where this project is unknown."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

import ner
from ner.config import Config, ModelConfig
from ner.inference.models.export_description import Description
from ner.model.network import Network
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir
from ner.training_config import TrainingConfig
from tests.conftest import invented_sentences, write_records
from tests.forked import run_program

TESTS = Path(__file__).parents[1]
LINES = ["Ada went to Ostrel Bay", "", "caf\u00e9 \u6771 \N{SNOWMAN}", " ".join(["Bo"] * 40)]


def export(work, folder, *flags):
    return run_program("ner.export", f"--workdir={work.path}", f"--output_dir={folder}", *flags, text=True)


def tagged(path, lines, *flags):
    """What `ner.tag` says."""
    text = "\n".join([*lines, ""]).encode()
    done = run_program("ner.tag", f"--workdir={path}", "--output=json", *flags, input=text)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def without(*modules):
    """What makes a process unable to import these modules."""
    return f"import sys; sys.modules.update(dict.fromkeys({modules!r})); "


def in_python(path, lines, *missing):
    """What `ner.Tagger` says in a new process that cannot import these modules."""
    load = without(*missing) + "import json; from ner import Tagger; nlp = Tagger.load(sys.argv[1]); "
    load += "print(json.dumps([doc.to_json() for doc in nlp.pipe(json.load(sys.stdin))]))"
    command = [sys.executable, "-c", load, str(path)]
    done = subprocess.run(command, input=json.dumps(lines), capture_output=True, text=True, timeout=300, check=True)
    return json.loads(done.stdout)


def in_saved_model(version, lines):
    """What a SavedModel says without this project, padded. The export itself has loaded it in a new process."""
    import tensorflow as tf  # not above: most of what stands here is about other processes

    found = tf.saved_model.load(str(version)).signatures["serving_default"](texts=tf.constant(lines))
    arrays = {name: value.numpy() for name, value in found.items()}
    return {name: (one.astype("U") if one.dtype == object else one).tolist() for name, one in arrays.items()}


def as_documents(padded, lines):
    """Padded outputs as `ner.tag` writes them."""
    documents = []
    for row, line in enumerate(lines):
        count = padded["num_entities"][row]
        columns = [padded[f"entity_{name}"][row][:count] for name in ("types", "starts", "ends", "confidences")]
        entities = [
            {"type": kind, "start": start, "end": end, "text": line[start:end], "confidence": confidence}
            for kind, start, end, confidence in zip(*columns, strict=True)
        ]
        documents.append({"text": line, "entities": entities})
    return documents


def check_same_answers(found, wanted):
    """Same texts, types and places; confidences to 1e-4, of which a half may be lost by rounding on each side."""
    for one, other in zip(found, wanted, strict=True):
        assert one["text"] == other["text"]
        for entity, expected in zip(one["entities"], other["entities"], strict=True):
            assert entity | {"confidence": 0} == expected | {"confidence": 0}
            assert entity["confidence"] == pytest.approx(expected["confidence"], abs=2e-4)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """An ensemble of two work folders of different models, and its exports in both formats."""
    folder = tmp_path_factory.mktemp("exported")
    made = invented_sentences(60)
    splits = {"train": made[:40], "validation": made[40:50], "test": made[50:]}
    dataset = write_records(folder / "records", splits)
    works = []
    for seed, model in enumerate(
        (
            ModelConfig(embedding_size=4, lstm_units=6, lstm_layers=1, bidirectional=False),
            ModelConfig(
                encoder="hierarchical", head="crf", embedding_size=4, lstm_units=5, ngram_rows=64, ngram_size=3
            ),
        )
    ):
        work = WorkDir(str(folder / f"work{seed}"))
        begun = TrainingConfig(init_from="/checkpoints/pre" if seed else "runs/pre/checkpoints/best.npz")
        work.prepare(Config(model=model, training=begun), dataset, str(folder / "records"))
        tagger = Network(model, dataset.vocabulary, dataset.labels, seed=seed)
        checkpoints.save(work.best, checkpoints.Checkpoint(tagger.weights_by_name(), {"step": 3}))
        works.append(work)
    (folder / "saved").mkdir()
    (folder / "saved" / "export.json").write_text("another")
    ensemble = f"--ensemble={works[1].path}"
    answers = {
        name: export(works[0], folder / name, ensemble, *flags)
        for name, flags in (
            ("saved", ["--overwrite"]),
            ("onnx", ["--format=onnx", "--licence=CC BY 4.0"]),
        )
    }
    for answer in answers.values():
        assert (answer.returncode, answer.stderr) == (0, "")
    return folder, works, answers


def test_the_same_sentence_has_the_same_entities_in_every_way(exported):
    """Terminal, Python, SavedModel alone, in C and in the terminal, ONNX without TensorFlow."""
    folder, works, _ = exported
    wanted = tagged(works[0].path, LINES, f"--ensemble={works[1].path}")
    assert any(one["entities"] for one in wanted)
    padded = in_saved_model(folder / "saved" / "1", LINES)
    check_same_answers(as_documents(padded, LINES), wanted)
    check_c_library(folder / "saved" / "1", padded)
    check_same_answers([doc.to_json() for doc in ner.Tagger.load(*(work.path for work in works)).pipe(LINES)], wanted)
    check_same_answers(in_python(folder / "onnx", LINES, "tensorflow", "keras"), wanted)
    check_same_answers(tagged(folder / "saved", LINES), wanted)


def test_an_export_is_described_in_its_folder_and_on_the_terminal(exported):
    folder, works, answers = exported
    assert f'model = tf.saved_model.load("{folder}/saved/1")' in answers["saved"].stdout
    assert f'nlp = Tagger.load("{folder}/onnx")' in answers["onnx"].stdout
    assert Description.read(str(folder / "saved")).step == 3
    assert not list(folder.glob(".saved*"))
    version = folder / "saved" / "1"
    assert sorted(path.name for path in version.iterdir()) == ["fingerprint.pb", "saved_model.pb", "variables"]
    card = (folder / "onnx" / "README.md").read_text()
    assert "Trained from the weights of `checkpoints/pre`, `runs/pre` " in card
    assert f"of the run `{works[0].trial}` with the best of `{works[1].trial}`." in card
    names = sorted(path.name for path in (folder / "onnx").iterdir())
    assert names == ["README.md", "export.json", "model.onnx", "tagger.json"]
    assert "It was loaded in a new process" in (folder / "saved" / "README.md").read_text(encoding="utf-8")
    card = (folder / "onnx" / "README.md").read_text(encoding="utf-8")
    assert 'license: "cc-by-4.0"' in card
    assert "2 models that predict together" in card


def test_columns_are_tagged_by_an_export_without_tensorflow(exported):
    folder, _, _ = exported
    rows = "# text = Ada went\n1\tAda\t_\n2\twent\t_\n\n"
    code = without("tensorflow", "keras") + "import runpy; sys.argv = sys.argv[1:]; "
    code += "runpy.run_module('ner.tag', run_name='__main__')"
    flags = [f"--workdir={folder}/onnx", "--input=columns", "--output=columns"]
    command = [sys.executable, "-c", code, "ner.tag", *flags]
    done = subprocess.run(command, input=rows, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert [line.rpartition("\t")[0] for line in done.stdout.splitlines()[1:3]] == ["1\tAda\t_", "2\twent\t_"]


def test_explanations_need_the_work_folder(exported):
    folder, _, _ = exported
    done = run_program("ner.tag", f"--workdir={folder}/onnx", "--explain", text=True)
    assert done.stderr == (
        "ner.tag: error: --explain needs the work folder of a training, and --workdir names an export\n"
    )


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
