import json
from pathlib import Path

import pytest

from ner.inference.report_names import name_of_files
from ner.run_dir.workdir import WorkDir


@pytest.fixture
def folder(tmp_path):
    work = WorkDir(str(tmp_path))
    Path(work.reports).mkdir()
    return work


def report(work, name, paths):
    Path(work.reports, f"{name}.json").write_text(json.dumps({"files": paths}), encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("corpus/crowd.v1.txt", "crowd.v1"),
        ("corpus/new york.txt.gz", "new-york"),
        ("corpus/test.txt", "test-data"),
        ("work/reports/test-suspects.conll", "test-suspects-data"),
        ("test-ensemble.txt", "test-ensemble-data"),
        ("validation-evaluated.txt", "validation-evaluated-data"),
    ],
)
def test_a_report_on_files_has_a_name_that_nothing_else_of_the_folder_has(folder, path, name):
    assert name_of_files(folder, [path]) == name


def test_only_a_report_on_the_same_files_is_replaced(folder):
    report(folder, "crowd", ["/a/crowd.txt"])
    assert name_of_files(folder, ["/a/crowd.txt"]) == "crowd"
    assert name_of_files(folder, ["/b/crowd.txt"]) == "crowd-2"
    assert name_of_files(folder, ["/a/crowd.txt", "/a/more.txt"]) == "crowd-2"
    report(folder, "crowd-2", ["/b/crowd.txt"])
    assert name_of_files(folder, ["/b/crowd.txt"]) == "crowd-2"
    assert name_of_files(folder, ["/c/crowd.txt"]) == "crowd-3"
    assert name_of_files(folder, ["/c/crowd.txt"], of_ensemble=True) == "crowd"
    report(folder, "crowd-ensemble", ["/a/crowd.txt"])
    assert name_of_files(folder, ["/c/crowd.txt"], of_ensemble=True) == "crowd-2"


def test_what_cannot_be_read_is_not_replaced(folder):
    for content in ("{", "[]", "{}"):
        Path(folder.reports, "crowd.json").write_text(content)
        assert name_of_files(folder, ["crowd.txt"]) == "crowd-2"
