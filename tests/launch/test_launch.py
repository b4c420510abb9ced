"""The launch scripts, with programs in place of the real ones that only note that they were called."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

LAUNCH = Path(__file__).parent.parent.parent / "launch"
SCRIPTS = sorted([*LAUNCH.glob("*.sh"), *LAUNCH.glob("slurm/*")])
PRESETS = sorted((LAUNCH / "flags").glob("*.flags"))

# Stands in for the Python of the virtual environment: notes each call in `calls`, writes what later steps look for.
FAKE_PYTHON = """#!/usr/bin/env bash
case "$*" in -c*) exec python3 "$@" ;; "-m pip --version") exit ;; esac
echo "${2:-} ${*: -1}" >>"$CALLS"
output="${*: -1}"
case "$2" in
  "$FAILING") exit 7 ;;
  data_tools.sample) mkdir -p "${output#*=}" && touch "${output#*=}"/{train,validation,test}.txt ;;
  data_tools.build) mkdir -p "${output#*=}" && touch -t 202001010000 "${output#*=}/dataset.json" ;;
  ner.train) mkdir -p "${output#*=}/reports" && touch "${output#*=}/result.json" ;;
  ner.evaluate) cd "${3#*=}/reports" && echo "THE REPORT" | tee test.txt && touch -t 203001010000 test.json ;;
esac
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone with a space in its name, whose environment holds nothing but a Python that pretends."""
    folder = tmp_path / "a clone"
    shutil.copytree(LAUNCH, folder / "launch")
    shutil.copy(LAUNCH.parent / "pyproject.toml", folder)
    preset = folder / "launch" / "flags" / "small.flags"
    preset.touch()
    os.utime(preset, (0, 0))
    python = folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(FAKE_PYTHON)
    python.chmod(0o755)
    return folder


def quickstart(clone: Path, *options: str, failing: str = "") -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """What the script printed, and the programs that it called, started from a folder outside the clone."""
    calls = clone.parent / "calls"
    calls.write_text("")
    environment = {**os.environ, "CALLS": str(calls), "FAILING": failing}
    environment.pop("PYTHON", None)
    command = ["bash", str(clone / "launch" / "quickstart.sh"), *options]
    finished = subprocess.run(command, capture_output=True, text=True, cwd=clone.parent, env=environment, check=False)
    return finished, [line.split()[0] for line in calls.read_text().splitlines()]


def own_corpus(folder: Path) -> list[str]:
    for split in ("train", "validation", "test"):
        (folder / f"{split}.txt").write_text(f"{split} O\n")
    return [f"--{split}={split}.txt" for split in ("train", "validation", "test")]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_script_is_valid_bash(script):
    checked = subprocess.run(["bash", "-n", script], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.name)
def test_preset_begins_with_a_comment_that_says_what_it_is_for(preset):
    assert len(preset.read_text().splitlines()[0].lstrip("# ")) > 20
    assert preset.read_text().startswith("#")


def test_quickstart_help_prints_usage_and_does_nothing(clone):
    finished, calls = quickstart(clone, "--help")
    assert finished.returncode == 0
    assert "--train=FILE [--validation=FILE] [--test=FILE]" in finished.stdout
    assert calls == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--trian=x"], "unknown option '--trian=x'"),
        (["--train"], "unknown option '--train'"),
        (["--test=calls"], "your own corpus needs at least --train=FILE"),
        (["--train=calls", "--validation=calls", "--test=absent"], "absent: no such file"),
        (["--train=calls", "--test=empty"], "empty: holds no files"),
    ],
)
def test_quickstart_answers_a_mistake_with_one_line_and_status_2(clone, options, message):
    (clone.parent / "empty" / "folder").mkdir(parents=True)
    finished, calls = quickstart(clone, *options)
    assert finished.returncode == 2
    assert message in finished.stderr
    assert finished.stderr.count("\n") == 1
    assert calls == []


def test_quickstart_goes_from_installation_to_report_and_says_that_the_corpus_is_invented(clone):
    finished, calls = quickstart(clone)
    assert finished.stderr == ""
    assert calls == ["pip", "compileall", "data_tools.sample", "data_tools.build", "ner.train", "ner.evaluate"]
    report = finished.stdout[finished.stdout.index("== Report") :]
    assert "INVENTED" in report[: report.index("THE REPORT")]
    assert "ner-board --logdir" in report


def test_quickstart_does_no_step_twice_and_still_prints_the_report(clone):
    first, _ = quickstart(clone)
    second, calls = quickstart(clone)
    assert calls == []
    assert second.stdout[second.stdout.index("== Report") :] == first.stdout[first.stdout.index("== Report") :]


def test_quickstart_installs_again_when_pyproject_changed(clone):
    quickstart(clone)
    with (clone / "pyproject.toml").open("a") as file:
        file.write("\n")
    assert quickstart(clone)[1] == ["pip", "compileall"]


def test_quickstart_goes_on_from_the_step_that_failed(clone):
    finished, calls = quickstart(clone, failing="ner.train")
    assert finished.returncode == 7
    assert calls[-1] == "ner.train"
    assert "the same command goes on from this step" in finished.stderr
    assert quickstart(clone)[1] == ["ner.train", "ner.evaluate"]


def test_quickstart_takes_files_relative_to_the_folder_of_the_user(clone):
    finished, calls = quickstart(clone, *own_corpus(clone.parent))
    assert finished.stderr == ""
    assert calls == ["pip", "compileall", "data_tools.build", "ner.train", "ner.evaluate"]
    assert "invented" not in finished.stdout.lower()


def test_quickstart_imports_nothing_from_the_modules_of_a_cluster(clone, monkeypatch):
    """pip takes what is on PYTHONPATH for installed, and Python imports it in place of what is in the environment."""
    noted = clone / "noted"
    python = clone / ".venv" / "bin" / "python"
    python.write_text(
        FAKE_PYTHON.replace("\ncase", f'\necho "${{PYTHONPATH:-}}${{PYTHONHOME:-}}" >>"{noted}"\ncase', 1)
    )
    monkeypatch.setenv("PYTHONPATH", "/modules/scipy/site-packages")
    monkeypatch.setenv("PYTHONHOME", "/modules/python")
    assert "ner.evaluate" in quickstart(clone)[1]
    assert set(noted.read_text()) == {"\n"}


def test_quickstart_takes_shares_of_a_file_alone_or_of_a_folder(clone):
    own_corpus(clone.parent)
    noted = clone / "arguments"
    python = clone / ".venv" / "bin" / "python"
    python.write_text(FAKE_PYTHON.replace("\ncase", f'\necho "$*" >>"{noted}"\ncase', 1))
    finished, calls = quickstart(clone, "--train=train.txt", "--test=test.txt")
    assert (finished.stderr, calls) == ("", ["pip", "compileall", "data_tools.build", "ner.train", "ner.evaluate"])
    assert f"train.txt --validation_share=0.1 --test={clone.parent}/test.txt" in noted.read_text()
    (clone.parent / "brat").mkdir()
    (clone.parent / "brat" / "a b.txt").write_text("text")
    finished, calls = quickstart(clone, "--train=brat")
    assert (finished.stderr, calls) == ("", ["data_tools.build", "ner.train", "ner.evaluate"])
    assert f"--train={clone.parent}/brat --validation_share=0.1 --test_share=0.1" in noted.read_text()


def test_quickstart_begins_anew_when_a_file_changed(clone):
    options = own_corpus(clone.parent)
    quickstart(clone, *options)
    assert quickstart(clone, *options)[1] == []
    (clone.parent / "test.txt").write_text("other O\n")
    assert quickstart(clone, *options)[1] == ["data_tools.build", "ner.train", "ner.evaluate"]


def test_quickstart_follows_links_to_files_and_folders(clone):
    own_corpus(clone.parent)
    (clone.parent / "brat").mkdir()
    (clone.parent / "brat" / "linked.txt").symlink_to(clone.parent / "test.txt")
    for name, target in (("link.txt", "train.txt"), ("folder", "brat")):
        (clone.parent / name).symlink_to(clone.parent / target)
    options = ["--train=link.txt", "--test=folder"]
    quickstart(clone, *options)
    assert quickstart(clone, *options)[1] == []
    for name in ("train.txt", "test.txt"):
        (clone.parent / name).write_text("other O\n")
        assert quickstart(clone, *options)[1] == ["data_tools.build", "ner.train", "ner.evaluate"]


def test_quickstart_refuses_a_folder_with_results_of_another_corpus(clone):
    options = own_corpus(clone.parent)
    quickstart(clone, "--output_dir=out")
    finished, calls = quickstart(clone, "--output_dir=out", *options)
    assert (finished.returncode, calls) == (1, [])
    assert "out holds results of another corpus" in finished.stderr


def test_quickstart_names_a_python_that_is_too_old(clone):
    shutil.rmtree(clone / ".venv")
    old = clone.parent / "old_python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    command = ["bash", str(clone / "launch" / "quickstart.sh")]
    environment = {**os.environ, "PYTHON": str(old)}
    finished = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert finished.returncode == 1
    assert f"PYTHON={old} is no Python 3.10 to 3.13" in finished.stderr
