"""How the NER tab comes to TensorBoard, and which runs of a log folder it finds there."""

import shutil
from pathlib import Path
from types import SimpleNamespace

from ner.tensorboard.plugin.loader import NerLoader
from tests.served_board import STEPS, ask, fetch, running_board, wait_until, write_run

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
