"""Sweeps through their command line, with trainings that sleep in place of real ones (`tests/fake_training.py`)."""

import itertools
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from ner.config import Config
from ner.signals import RUN_AGAIN, StopRequests
from ner.sweeps import sweep as sweep_module
from ner.sweeps.grid import Trial
from ner.sweeps.locks import lock
from ner.sweeps.planned import Planned
from ner.sweeps.sweep import Sweep
from tests import fake_training
from tests.conftest import invented_sentences, write_records
from tests.programs_without_tensorflow import run_without_tensorflow

TWO = ["--grid=learning_rate=0.25,0.5"]
NAMES = ["learning_rate=0.25", "learning_rate=0.5"]


class Command:
    """`python -m ner.sweep --output_dir=out` in a folder of its own."""

    def __init__(self, folder):
        self.folder, self.out = folder, folder / "out"

    def start(self, *flags, epochs=1, **environment):
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "ner.sweep",
                "--output_dir=out",
                *flags,
                "--",
                "--records=records",
                f"--epochs={epochs}",
            ],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder / "fake"), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *flags, epochs=1, status=0, **environment):
        with self.start(*flags, epochs=epochs, **environment) as process:
            shown = process.communicate(timeout=60)[0]
        assert process.returncode == status, shown
        assert not list(self.out.glob("*/collision"))
        return shown

    def states(self):
        return {entry["name"]: entry["state"] for entry in json.loads((self.out / "sweep.json").read_text())}

    def starts(self):
        """What each training noted when it started."""
        return {path.parent.name: path.read_text().splitlines() for path in self.out.glob("*/starts")}

    def times(self):
        """When each training began and when it ended, in that order."""
        return sorted(tuple(map(float, path.read_text().split())) for path in self.out.glob("*/times"))

    def wait_for(self, path):
        deadline = time.monotonic() + 30
        while not (self.out / path).exists():
            assert time.monotonic() < deadline, f"no {path}"
            time.sleep(0.02)


@pytest.fixture
def command(tmp_path):
    write_records(tmp_path / "records", {name: invented_sentences(9) for name in ("train", "validation")}, num_shards=1)
    fake_training.install(tmp_path / "fake")
    return Command(tmp_path)


def test_a_grid_is_trained_compared_and_not_trained_again(command):
    shown = command.run(*TWO, "--seeds=2")
    assert (
        "trial 1 of 4  learning_rate=0.25,seed=0  started, output in out/learning_rate=0.25,seed=0/train.log" in shown
    )
    ended = r"trial 4 of 4  learning_rate=0.5,seed=1  finished after 0:0\d: entity/micro_f1 0.6000 at step 10\n"
    assert re.search(ended, shown)
    assert re.search(r"trial 2 of 4 .* at step 10; about 2:00 left", shown)
    table = (command.out / "sweep.txt").read_text()
    assert table in shown
    assert [line.split()[0] for line in table.splitlines()[1:5]] == [
        f"learning_rate={rate},seed={seed}" for rate, seed in [(0.5, 1), (0.5, 0), (0.25, 1), (0.25, 0)]
    ]
    assert ["learning_rate=0.5", "0.5500", "0.0707", "2", "best"] in [line.split() for line in table.splitlines()]
    assert shown.endswith("table: out/sweep.txt\nnext: python -m ner.board --logdir=out\n")
    assert set(command.states().values()) == {"finished"}
    assert all(before[1] < after[0] for before, after in itertools.pairwise(command.times()))  # one at a time
    assert all(line.startswith("None None ") for [line] in command.starts().values())  # has all cores

    again = command.run(*TWO, "--seeds=2")
    assert again.count("finished already: entity/micro_f1") == 4
    assert again.split("\n\n")[1:] == shown.split("\n\n")[1:]
    assert all(len(starts) == 1 for starts in command.starts().values())


def test_shares_of_the_training_sentences_give_a_learning_curve(command, monkeypatch):
    monkeypatch.delenv("TF_CPP_MIN_LOG_LEVEL", raising=False)
    shown = command.run("--train_shares=0.25,1")
    assert "Doubling the training data is worth about +0.0 points of entity/micro_f1 (one seed: no interval" in shown
    assert "learning curve: out/learning-curve.png, and in TensorBoard\n" in shown
    assert not re.search(r"^[IWE]\d{4} ", shown, re.MULTILINE)  # TensorFlow's lines about libraries and GPUs
    assert set(command.states()) == {"train_share=0.25", "train_share=1.0"}
    assert (command.out / "learning-curve.png").exists()
    assert "Doubling the training data" in (command.out / "sweep.txt").read_text()


def test_a_trial_that_fails_stops_no_other_and_is_listed(command):
    shown = command.run("--grid=learning_rate=9,0.5", status=1)
    assert re.search(r"learning_rate=9.0  failed after 0:0\d: ner.train: error: the loss became nan\n", shown)
    assert "1 of 2 trials failed\n  out/learning_rate=9.0/train.log\n" in shown
    assert command.states() == {"learning_rate=9.0": "failed", "learning_rate=0.5": "finished"}
    assert "a line after it" in (command.out / "learning_rate=9.0/train.log").read_text()


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 75), (signal.SIGUSR1, 75), (signal.SIGINT, 130)], ids=str
)
def test_a_sweep_told_to_stop_lets_its_trainings_save_and_begins_no_more(command, number, status):
    with command.start(*TWO, epochs=100) as process:
        command.wait_for(f"{NAMES[0]}/position")
        process.send_signal(number)
        shown = process.communicate(timeout=30)[0]
    assert process.returncode == status, shown
    assert "learning_rate=0.25  stopped after" in shown
    assert shown.endswith("stopped; the same command resumes it\n")
    assert "stopped and saved" in (command.out / NAMES[0] / "train.log").read_text()
    assert command.states() == {NAMES[0]: "stopped", NAMES[1]: "waiting"}
    assert not (command.out / NAMES[1]).exists()


def test_the_same_command_carries_on_where_a_sweep_was_told_to_stop(command):
    with command.start(*TWO, epochs=100) as process:
        command.wait_for(f"{NAMES[0]}/position")
        process.terminate()
    command.run(*TWO, epochs=3)
    assert set(command.states().values()) == {"finished"}
    assert [len(command.starts()[name]) for name in NAMES] == [2, 1]
    assert (command.out / NAMES[0] / "train.log").read_text().count("$ ") == 2


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process of its parent's death")
def test_a_sweep_killed_in_the_middle_and_repeated_at_once_ends_as_one_that_was_not(command):
    with command.start(*TWO, epochs=100, SECONDS_TO_SAVE="4") as process:
        command.wait_for(f"{NAMES[0]}/position")
        process.kill()
    assert (command.out / NAMES[0] / "in_use").exists()  # it is saving, and holds its lock meanwhile
    shown = command.run(*TWO, epochs=5)
    assert "learning_rate=0.25  skipped: another process is training it" in shown
    assert "stopped and saved" in (command.out / NAMES[0] / "train.log").read_text()
    assert set(command.states().values()) == {"finished"}
    assert [len(command.starts()[name]) for name in NAMES] == [2, 1]


def test_jobs_run_at_once_and_share_the_cores_and_gpus(command):
    command.run(*TWO, "--jobs=2", epochs=8, TF_NUM_INTEROP_THREADS="7", CUDA_VISIBLE_DEVICES="4,5,6")
    times = command.times()
    assert times[1][0] < times[0][1]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert command.starts() == {
        name: [f"{max(1, cores // 2)} 7 {gpus}"] for name, gpus in zip(NAMES, ["4,6", "5"], strict=True)
    }


def test_processes_of_a_job_array_share_a_folder(command):
    array = [command.start(*TWO, "--seeds=2", "--num_jobs=2", f"--job_index={index}") for index in (0, 1)]
    for index, process in enumerate(array):
        shown = process.communicate(timeout=60)[0]
        assert process.returncode == 0
        assert shown.count("started") == 2
        assert shown.count(f"seed={index}  started") == 2  # trials 0 and 2, or 1 and 3
    assert [len(starts) for starts in command.starts().values()] == [1] * 4
    assert list(command.states().values()) == ["finished"] * 4


def test_a_job_of_an_array_without_a_trial_leaves_and_changes_nothing(command):
    """Slurm would requeue one that asks to be run again."""
    command.run("--train_shares=0.25,1")
    before = {path: path.read_bytes() for path in command.out.iterdir() if path.is_file()}
    shown = command.run("--train_shares=0.25,1", "--num_jobs=4", "--job_index=2")
    assert shown == "nothing to do: the sweep has 2 trials, which other jobs of the array train\n"
    assert {path: path.read_bytes() for path in command.out.iterdir() if path.is_file()} == before


def test_scores_of_other_settings_are_not_those_of_a_trial_that_waits(command):
    """Of its own share as of that of another job."""
    command.run(*TWO, "--seeds=2")
    array = ["--seeds=2", "--num_jobs=2"]
    with command.start(*TWO, *array, "--job_index=0", epochs=100) as process:
        command.wait_for(f"{NAMES[0]},seed=0/in_use")
        process.terminate()
        process.communicate(timeout=30)
    names = [f"{name},seed={seed}" for name in NAMES for seed in (0, 1)]
    assert command.states() == dict(zip(names, ["stopped", "waiting", "waiting", "waiting"], strict=True))
    assert "0.2500" not in (command.out / "sweep.txt").read_text()
    command.run(*TWO, *array, "--job_index=1", epochs=2)
    command.run(*TWO, *array, "--job_index=0", epochs=2)
    assert [line.split()[2:4] for line in (command.out / "sweep.txt").read_text().splitlines()[1:5]] == [
        ["20", "2.0"]
    ] * 4


def test_two_equal_sweeps_over_one_folder_train_each_trial_once(command):
    both = [command.start(*TWO, epochs=5) for _ in range(2)]
    shown = "".join(process.communicate(timeout=60)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert [len(command.starts()[name]) for name in NAMES] == [1, 1]
    assert "skipped: another process is training it" in shown
    assert not list(command.out.glob("*/collision"))
    assert set(command.states().values()) == {"finished"}


def test_a_trial_that_another_process_keeps_is_passed_over(records, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sweep_module, "HELD_SECONDS", 0.2)
    trial = Trial("seed=0", ("--seed=0",))
    held = lock(tmp_path / "out" / trial.name)
    planned = Planned(trial, Config(), records[1])
    assert Sweep(str(tmp_path / "out"), [planned], [planned], [], 1).train(StopRequests()) == RUN_AGAIN
    os.close(held)
    assert "1 of 1 trial skipped: other processes train them" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--seeds=1", "--", "--records=records", "--jobs=1"], "trial seed=0: unknown flag --jobs"),
        (["--seeds=1", "--", "--records=records", "--workdir=w"], "trial seed=0: --workdir is given, but each trial"),
        (
            ["--grid=schedule=linear,square", "--", "--records=records"],
            "--grid: --schedule is square, expected",
        ),
        (
            ["--grid=epochs=1,0", "--", "--records=records"],
            "--grid: --epochs is 0, expected a whole number, 1 or more",
        ),
        (
            ["--grid=best_metric=f1", "--", "--records=records"],
            "trial best_metric=f1: --best_metric is 'f1': ",
        ),
        (
            ["--grid=word_vectors=none.vec", "--", "--records=records", "--encoder=hierarchical"],
            "trial word_vectors=none.vec: --word_vectors=none.vec: no such file; check the name",
        ),
        (["--seeds=1", "--", "--records=records", "--dry_run"], "trial seed=0: --dry_run trains nothing"),
        (["--flagfiles=a.flags,b.flags", "--", "--records=records"], "trials a and b are the same training"),
    ],
)
def test_a_mistake_in_any_trial_is_answered_before_the_first_begins(command, flags, message):
    for name in "ab":
        (command.folder / f"{name}.flags").write_text("--epochs=3\n")
    done = run_without_tensorflow("ner.sweep", "--output_dir=out", *flags, cwd=command.folder)
    assert done.returncode == 1
    assert f"ner.sweep: error: {message}" in done.stderr
    assert "Traceback" not in done.stderr
    assert not command.out.exists()


def test_flag_files_are_compared_and_may_be_a_grid_too(command):
    (command.folder / "a.flags").write_text("--learning_rate=0.25\n")
    (command.folder / "b.flags").write_text("--learning_rate=0.125\n--epochs=2\n")
    command.run("--flagfiles=a.flags,b.flags", "--grid=clip_norm=0,1")
    entries = json.loads((command.out / "sweep.json").read_text())
    assert [(entry["name"], entry["result"]["best_score"], entry["result"]["epochs"]) for entry in entries] == [
        ("a,clip_norm=0.0", 0.25, 1),
        ("a,clip_norm=1.0", 0.25, 1),
        ("b,clip_norm=0.0", 0.125, 2),
        ("b,clip_norm=1.0", 0.125, 2),
    ]
