"""How tests are divided among processes."""

import subprocess
import sys
from pathlib import Path

from tests.scheduling import APART, LONGEST, place_of, unit_of

TESTS = Path(__file__).parent
CONFTEST = """
from tests.conftest import pytest_collection_modifyitems, pytest_xdist_make_scheduler
"""
FILE = """
import os
import pytest

@pytest.mark.parametrize("number", range(6))
def test_process(number):
    with open(os.environ["SEEN"], "a") as file:
        file.write(f"{__name__} {os.getpid()}\\n")
"""


def test_files_that_are_named_exist():
    assert all((TESTS / name).exists() for name in (*LONGEST, *APART))


def test_tests_of_a_file_run_in_one_process(tmp_path, monkeypatch):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    for name in "abcd":
        (tmp_path / f"test_{name}.py").write_text(FILE)
    (tmp_path / "programs").mkdir()
    (tmp_path / APART[0]).write_text(FILE)
    monkeypatch.setenv("SEEN", str(tmp_path / "seen"))
    monkeypatch.setenv("PYTHONPATH", str(TESTS.parent))
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    # In the order of launch/test.sh, each process begins with a test that is given out by itself. In that of
    # pytest-xdist these come last, and the first process to be idle may take them all.
    divided = ["-n2", "--dist=loadscope", "--no-loadscope-reorder"]
    command = [sys.executable, "-m", "pytest", "-q", *divided, "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "30 passed" in done.stdout, done.stdout + done.stderr
    seen = [line.split() for line in (tmp_path / "seen").read_text().splitlines()]
    processes = {name: {process for other, process in seen if other == name} for name, _ in seen}
    assert [len(processes[f"test_{name}"]) for name in "abcd"] == [1, 1, 1, 1]
    assert len(processes["test_several_workers"]) == 2  # whose tests are given out one by one


def test_the_tests_of_the_tab_are_one_unit_and_those_that_share_nothing_are_many():
    names = ("tensorboard/test_tab.py::test_a", "tensorboard/test_data_map.py::test_b[1::2]")
    assert {unit_of(f"tests/{name}") for name in names} == {"tab"}
    assert unit_of("tests/text/test_labels.py::test_a[x]") == unit_of("tests/text/test_labels.py::test_b")
    assert unit_of(f"tests/{APART[0]}::test_a") != unit_of(f"tests/{APART[0]}::test_b")


def test_the_longest_files_come_first():
    paths = ["/clone/tests/text/test_labels.py", *(f"/clone/tests/{name}" for name in reversed(LONGEST))]
    assert sorted(paths, key=place_of) == [*(f"/clone/tests/{name}" for name in LONGEST), paths[0]]
