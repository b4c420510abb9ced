"""The real programs, one after the other, through their command lines."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.forked import Program, run_program

CORPORA = Path(__file__).parent.parent.parent.parent / "shared/corpora"
SIZES = ["--embedding_size=8", "--lstm_units=12", "--lstm_layers=1", "--nobidirectional"]
TINY = [*SIZES, "--batch_size=64", "--log_every=5"]


def run(program, *arguments, cwd):
    done = run_program(program, *arguments, cwd=cwd, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with the invented corpus and its records."""
    folder = tmp_path_factory.mktemp("end-to-end")
    shown = run("data_tools.sample", "--output_dir=corpus", "--sentences=600", cwd=folder)
    assert "invented" in shown
    splits = [f"--{name}=corpus/{name}.txt" for name in ("train", "validation", "test")]
    run("data_tools.build", *splits, "--output_dir=records", cwd=folder)
    return folder


def test_inspect_finds_the_records_sound(built):
    shown = run("data_tools.inspect", "--records=records", cwd=built)
    sentences = json.loads((built / "records/dataset.json").read_text())["splits"]["train"]["sentences"]
    assert f"{sentences:,}" in shown


def test_a_run_killed_and_started_again_is_finished_and_evaluated(built):
    """That it ends as one that was not killed is seen in `test_killed.py`."""
    train = ["--records=records", *TINY, "--epochs=1", "--checkpoint_every=3", "--workdir=killed"]
    program = Program("ner.train", *train, cwd=built)
    while not list(built.glob("killed/checkpoints/step-*.npz")):
        assert program.poll() is None
        time.sleep(0.01)
    program.kill()
    assert program.wait() == -signal.SIGKILL
    assert not (built / "killed/result.json").exists()
    shown = run("ner.train", *train, cwd=built)
    assert "resuming at step" in shown
    assert json.loads((built / "killed/result.json").read_text())["epochs"] == 1
    assert "finished already" in run("ner.train", *train, cwd=built)

    shown = run("ner.evaluate", "--workdir=killed", "--records=records", "--split=test", cwd=built)
    report = json.loads((built / "killed/reports/test.json").read_text())
    expected = json.loads((built / "records/dataset.json").read_text())["splits"]["test"]
    assert report["sentences"] == expected["sentences"]
    assert report["tokens"] == expected["tokens"]
    assert sum(map(sum, report["characters"]["confusion_matrix"])) == expected["characters"]
    assert report["entities"]["micro"]["support"] == sum(expected["entities"].values())
    assert (built / "killed/reports/test.txt").read_text().strip() in shown


def test_a_run_told_to_stop_saves_and_asks_to_be_run_again(built):
    train = ["--records=records", *TINY, "--epochs=500", "--workdir=stopped"]
    lines, output = os.pipe()
    program = Program("ner.train", *train, cwd=built, streams={1: output})
    with os.fdopen(lines, encoding="utf-8") as shown:
        for line in shown:
            if line.startswith("step "):
                break
        program.send_signal(signal.SIGTERM)
        rest = shown.read()
    assert program.wait() == 75
    assert "stopped and saved at step" in rest
    assert list(built.glob("stopped/checkpoints/step-*.npz"))


def test_a_real_corpus_is_built_trained_and_evaluated(tmp_path):
    """Other corpora are built in `test_build_program.py`."""
    folder = CORPORA / "masakhaner2-swa"
    if not folder.is_dir():
        pytest.skip(f"{folder.name} is not here: the corpora stand beside the project, in shared/corpora")
    splits = [f"--{split}={folder / split}.txt" for split in ("train", "validation", "test")]
    run("data_tools.build", *splits, "--output_dir=records", cwd=tmp_path)
    tiny = [*TINY, "--batch_size=512", "--epochs=1", "--learning_rate=0.02", "--warmup_steps=5"]
    run("ner.train", *tiny, "--records=records", "--workdir=work", cwd=tmp_path)
    shown = run("ner.evaluate", "--workdir=work", "--records=records", "--batch_size=256", cwd=tmp_path)
    report = json.loads((tmp_path / "work/reports/test.json").read_text())
    assert report["sentences"] == 1883
    assert 0.5 < report["characters"]["accuracy"] < 1
    assert "Entities" in shown
