"""Every mutant still finds its line, and a test that must notice one does."""

import subprocess
import sys

import pytest

from tests.benchmarks.mutants.catalogue import KNOWN_SURVIVORS, MUTANTS
from tests.benchmarks.mutants.mutant import ROOT, Mutant


def test_every_mutant_changes_a_line_that_stands_once_in_the_code():
    for mutant in MUTANTS:
        mutated = mutant.apply()
        assert mutated != (ROOT / mutant.file).read_text()
        compile(mutated, mutant.file, "exec")


def test_every_mutant_has_a_name_of_its_own_and_tests_that_exist():
    names = [mutant.name for mutant in MUTANTS]
    assert len(set(names)) == len(names)
    assert KNOWN_SURVIVORS.keys() <= set(names)
    for mutant in MUTANTS:
        for test in mutant.tests.split():
            file, _, function = test.partition("::")
            assert f"def {function}(" in (ROOT / file).read_text() or not function, test


def test_a_line_that_is_no_longer_there_is_named(tmp_path):
    (tmp_path / "code.py").write_text("a = 1\n")
    mutant = Mutant("no two", "code.py", "a = 2", "a = 3", "tests/test_code.py")
    with pytest.raises(ValueError, match=r"mutant no two: 'a = 2' occurs 0 times in code\.py"):
        mutant.apply(tmp_path)


def test_a_mutant_of_a_fast_test_dies():
    command = [sys.executable, "-m", "tests.benchmarks.mutants"]
    name = "the second token of an entity begins another one"
    done = subprocess.run([*command, f"--only={name}"], capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 of 1  killed" in done.stdout
    assert "1 killed, 0 survived, 0 not run" in done.stdout
    unknown = subprocess.run(
        [*command, "--only=no such mutant"], capture_output=True, text=True, timeout=200, check=False
    )
    assert unknown.returncode == 1
    assert "--only=['no such mutant']: no such mutant; --list shows them" in unknown.stderr + unknown.stdout
