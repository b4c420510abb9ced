"""Apache Beam builds what the processes of one machine build."""

import importlib.util
import sys

import pytest

from data_tools.building.options import BuildOptions
from data_tools.building.records import build_records
from data_tools.readers import base
from ner.errors import InputError

TEXT = "".join(f"Anna{number} B-PER\nlebt O\nin O\nÖsterreich B-LOC\n\n" for number in range(60))
needs_beam = pytest.mark.skipif(
    importlib.util.find_spec("apache_beam") is None, reason="Apache Beam is not installed (extra `beam`)"
)


def build(folder, name, **options):
    (folder / "train.txt").write_text(TEXT, encoding="utf-8")
    sources = {"train": (f"{folder}/train.txt",)}
    build_records(BuildOptions(sources=sources, output_dir=f"{folder}/{name}", shards=4, workers=1, **options))
    return {path.name: path.read_bytes() for path in (folder / name).iterdir()}


@needs_beam
@pytest.mark.filterwarnings("ignore")  # Beam's own
def test_beam_builds_what_the_built_in_runner_builds(tmp_path, monkeypatch):
    monkeypatch.setattr(base, "RANGE_BYTES", 500)
    options = ("--runner=DirectRunner", "--direct_running_mode=in_memory")
    assert build(tmp_path, "by_beam", runner="beam", beam_options=options) == build(tmp_path, "alone")


@needs_beam
@pytest.mark.filterwarnings("ignore")
def test_beam_names_the_line_of_a_fault(tmp_path):
    (tmp_path / "bad.txt").write_text("a O\n\nb b-per\nc O\nd B-X\n")
    options = BuildOptions(sources={"train": (f"{tmp_path}/bad.txt",)}, output_dir=f"{tmp_path}/out", runner="beam")
    with pytest.raises(InputError, match=r"bad.txt:3: tag 'b-per' is not O"):
        build_records(options)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.txt"]


def test_beam_that_is_not_installed_is_named_before_anything_is_replaced(tmp_path, monkeypatch):
    before = build(tmp_path, "records")
    monkeypatch.setitem(sys.modules, "apache_beam", None)
    with pytest.raises(InputError, match=r"pip install 'character-ner\[beam\]'"):
        build(tmp_path, "records", runner="beam", overwrite=True)
    assert {path.name: path.read_bytes() for path in (tmp_path / "records").iterdir()} == before
