"""Runs tests in a copy of the tree, with a mutant in it or none.

Each run is a fork of this process, which has imported TensorFlow but nothing of the project, and computed nothing: so
it starts at once, and reads the code as it stands in the copy then.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from tests.benchmarks.mutants.mutant import ROOT, Mutant

SURVIVED, KILLED = "survived", "killed"
_NAMES = ("ner", "data_tools", "tests", "launch", "pyproject.toml")
_OURS = ("ner", "data_tools", "tests")
_TESTS_FAILED, _NOT_COLLECTED = 1, 2  # pytest's exit codes; a mutant may already break an import


class Outcome(NamedTuple):
    """`SURVIVED` or `KILLED`, after how long, and by which test or limit."""

    word: str
    seconds: float
    detail: str


def copy_tree(folder: Path) -> Path:
    """A copy of the code and its tests under `folder`."""
    copy = folder / "tree"
    copy.mkdir()
    for name in _NAMES:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, copy)
    return copy


class Trials:
    """Runs of tests in the `copy` of the tree, each of at most `seconds`."""

    def __init__(self, copy: Path, seconds: float) -> None:
        import keras  # noqa: F401 - with TensorFlow, so that forks need not

        self._copy = copy
        self._seconds = seconds

    def red_without_a_mutant(self, tests: Iterable[str]) -> dict[str, str]:
        """Test file -> first failure, of all that fail although nothing was changed. Every test runs once."""
        by_file: dict[str, set[str]] = {}
        for test in sorted({one for several in tests for one in several.split()}):
            by_file.setdefault(test.split("::")[0], set()).add(test)
        outcomes = {
            file: self.tests(file if file in found else " ".join(sorted(found))) for file, found in by_file.items()
        }
        return {file: outcome.detail for file, outcome in outcomes.items() if outcome.word == KILLED}

    def mutant(self, mutant: Mutant) -> Outcome:
        """The outcome of the mutant's tests with it in the copy, which is as before afterwards."""
        path = self._copy / mutant.file
        before, mutated = path.read_text(encoding="utf-8"), mutant.apply(self._copy)
        try:
            path.write_text(mutated, encoding="utf-8")
            return self.tests(mutant.tests)
        finally:
            path.write_text(before, encoding="utf-8")

    def tests(self, tests: str) -> Outcome:
        """The outcome of these tests. Raises RuntimeError where pytest does not find them."""
        log = self._copy.parent / "log"
        start = time.monotonic()
        process = os.fork()
        if process == 0:
            _run_tests(self._copy, tests.split(), log)
        status = _wait(process, self._seconds)
        seconds, text = time.monotonic() - start, log.read_text(errors="replace")
        if status is None:
            return Outcome(KILLED, seconds, f"timeout after {self._seconds:g} s")
        if status in (_TESTS_FAILED, _NOT_COLLECTED) or status < 0:
            return Outcome(KILLED, seconds, _first_failure(text) or f"exit status {status}")
        if status:
            raise RuntimeError(f"pytest ended with {status} on {tests}:\n{text[-2000:]}")
        return Outcome(SURVIVED, seconds, "")


def _run_tests(copy: Path, tests: list[str], log: Path) -> None:
    """Runs pytest in this process, a fork, and ends it."""
    os.setsid()
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    os.chdir(copy)
    for name in [name for name in sys.modules if name.split(".")[0] in _OURS]:
        del sys.modules[name]
    sys.modules["__main__"] = ModuleType("__main__")  # processes that tests begin would import ours
    sys.argv[:] = ["pytest"]
    sys.path[:] = [str(copy), *(path for path in sys.path if path not in ("", str(ROOT)))]
    sys.dont_write_bytecode = True
    os.environ.update(PYTHONPATH=str(copy), PYTHONDONTWRITEBYTECODE="1", CUDA_VISIBLE_DEVICES="-1")
    status = 3
    try:
        import pytest

        status = int(
            pytest.main(["-x", "-q", "--tb=no", "-rfE", "-p", "no:cacheprovider", "--rootdir", str(copy), *tests])
        )
    finally:
        sys.stdout.flush()
        os._exit(status)


def _wait(process: int, seconds: float) -> int | None:
    """Exit status of a process, negative for a signal; None where it was killed because it took too long."""
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status)
            time.sleep(0.05)
        os.killpg(process, signal.SIGKILL)
        os.waitpid(process, 0)
        return None
    except KeyboardInterrupt:
        os.killpg(process, signal.SIGKILL)
        raise


def _first_failure(text: str) -> str:
    lines = [line for line in text.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return lines[0].split(" - ")[0] if lines else ""
