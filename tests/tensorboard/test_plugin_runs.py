"""How the NER tab comes to TensorBoard, and which runs of a log folder it finds there."""

import shutil
from pathlib import Path
from types import SimpleNamespace

import tensorflow as tf

from ner.tensorboard import plugin_data
from ner.tensorboard.plugin import payload
from ner.tensorboard.plugin.loader import NerLoader
from ner.tensorboard.writer import make_writer, recording
from tests.served_board import STEPS, ask, evaluation_at, fetch, running_board, wait_until, write_run

ROOT = Path(__file__).parent.parent.parent
NER = "data/plugin/ner/"


def test_a_run_whose_name_the_fast_loader_cannot_read_is_told_and_hides_no_other(tmp_path):
    """It reads the names in keys of blobs without the escapes of JSON."""
    for name in ('the "new" one', "plain"):
        write_run(tmp_path, name, STEPS[:1])
    with running_board(tmp_path, "--load_fast=true") as address:
        assert wait_until(lambda: len(ask(address, NER + "runs")["runs"]) == 2)
        assert [run["name"] for run in ask(address, NER + "overview")["runs"]] == ["plain"]
        [header] = ask(address, NER + "evaluations", run='the "new" one')["evaluations"]
        assert header["step"] == STEPS[0]
        assert "rename its folder, or end the command with `-- --load_fast=false`" in header["error"]


def test_an_evaluation_that_is_damaged_is_told_and_hides_no_other(tmp_path):
    blobs = plugin_data.blobs_of(evaluation_at(STEPS[0]))
    writer = make_writer(str(tmp_path), "validation")
    with recording(writer):
        for step, part in enumerate(("none", "examples", "texts", "fields")):
            damaged = [
                blob[:-9] + bytes(9) if name == part else blob for name, blob in zip(payload.PARTS, blobs, strict=True)
            ]
            tf.summary.write(payload.TAG, tf.constant(damaged), step=step, metadata=payload.metadata())
    writer.close()
    with running_board(tmp_path, "--load_fast=true") as address:
        assert wait_until(lambda: len(ask(address, NER + "evaluations", run="validation")["evaluations"]) == 4)
        for step in range(4):
            status, content, _ = fetch(address, NER + "sentences", run="validation", step=step)
            assert (status, b"event file is damaged" in content) == ((500, True) if step else (200, False)), step


def test_a_deleted_run_is_no_longer_there_and_a_new_one_appears(tmp_path):
    write_run(tmp_path, "first", STEPS[:1])
    with running_board(tmp_path, "--load_fast=false") as address:

        def names():
            return [run["name"] for run in ask(address, NER + "runs")["runs"]]

        assert wait_until(lambda: names() == ["first"])
        shutil.rmtree(tmp_path / "first")
        write_run(tmp_path, "second", STEPS[:1])
        assert wait_until(lambda: names() == ["second"])
        assert fetch(address, NER + "evaluations", run="first")[0] == 404


def test_the_entry_point_is_the_loader_and_keeps_what_the_user_asked_for():
    assert 'ner = "ner.tensorboard.plugin.loader:NerLoader"' in (ROOT / "pyproject.toml").read_text()

    chosen, unchosen = SimpleNamespace(samples_per_plugin={"ner": 7}), SimpleNamespace(samples_per_plugin={})
    for flags in (chosen, unchosen):
        NerLoader().fix_flags(flags)
    assert chosen.samples_per_plugin == {"ner": 7}
    assert unchosen.samples_per_plugin["ner"] > 10_000
