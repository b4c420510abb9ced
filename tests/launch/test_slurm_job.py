"""The batch scripts without a Slurm: what a job's shell does (`launch/slurm/job.sh`), and a user's mistakes."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

SLURM = Path(__file__).parent.parent.parent / "launch/slurm"
JOB = {"SLURM_JOB_ID": "7", "SLURM_STEP_NUM_TASKS": "2", "SLURM_PROCID": "1", "SLURMD_NODENAME": "n2"}


def environment(**job):
    """The environment of a job, which is none where nothing is given."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("SLURM", "TF_NUM", "NER_"))} | job


def shell(script, *arguments, start_new_session=False, **job):
    """A shell that has `job.sh` and runs a script."""
    return subprocess.Popen(
        ["bash", "-c", f'source "$0"; {script}', SLURM / "job.sh", *arguments],
        env=environment(**{**JOB, **job}),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=start_new_session,
    )


def shown_and_status(script, *arguments, **job):
    with shell(script, *arguments, **job) as process:
        return process.stdout.read(), process.wait(timeout=30)


@pytest.mark.parametrize(
    ("command", "status", "shown"),
    [
        ("exit 0", 0, ""),
        ("exit 75", 75, ""),
        ("kill -KILL $$", 137, ""),
        ("kill -ABRT $$", 75, ""),
        ("exit 1", 201, "worker 1 ended with status 1 on n2\n"),
        ("exit 130", 201, "worker 1 ended with status 130 on n2\n"),
    ],
)
def test_a_worker_that_failed_has_a_higher_status_than_any_that_is_to_be_run_again(command, status, shown):
    assert shown_and_status('run_worker bash -c "$1"', command) == (shown, status)


def test_a_worker_that_is_alone_and_aborts_has_failed():
    assert shown_and_status('run_worker bash -c "kill -ABRT \\$\\$"', SLURM_STEP_NUM_TASKS="1") == ("", 201)


@pytest.fixture
def run_in_job(tmp_path):
    """Runs a job whose srun prints its arguments and the secret; the lines of the log."""
    srun = tmp_path / "srun"
    srun.write_text('#!/bin/sh\necho "srun $*"\necho "key $NER_CLUSTER_KEY"\n')
    srun.chmod(0o755)

    def run(nodes, **variables):
        job = {"SLURM_JOB_NUM_NODES": str(nodes), "SLURM_JOB_NODELIST": "n[1-2]", "PYTHON": "true"}
        job |= {"PATH": f"{tmp_path}:{os.environ['PATH']}", "CLONE": str(SLURM.parent.parent), **variables}
        shown, status = shown_and_status("run_in_job ner.train", **job)
        assert status == 0, shown
        return shown.splitlines()

    return run


def test_lines_of_several_nodes_are_labelled(run_in_job):
    called = {nodes: next(line for line in run_in_job(nodes) if line.startswith("srun ")) for nodes in (1, 2)}
    assert " --label " in called[2]
    assert " --label " not in called[1]
    assert called[2].startswith("srun --ntasks=2 --ntasks-per-node=1 ")


def test_workers_of_a_start_have_a_random_secret_or_the_users(run_in_job):
    first, second = ([line for line in run_in_job(2) if line.startswith("key ")] for _ in range(2))
    assert re.fullmatch(r"key [0-9a-f]{64}", first[0])
    assert first != second
    assert "key mine" in run_in_job(2, NER_CLUSTER_KEY="mine")


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM], ids=str)
def test_a_worker_passes_on_a_signal_that_its_shell_alone_has_got(number):
    """As with Slurm's proctrack/cgroup, which signals only the process that it has started itself."""
    program = "trap 'exit 31' USR1; trap 'exit 32' TERM; echo begun; for _ in {1..300}; do sleep 0.1; done"
    with shell('run_worker bash -c "$1"', program) as process:
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        assert process.wait(timeout=30) == {signal.SIGUSR1: 231, signal.SIGTERM: 232}[number]


def test_a_worker_passes_on_a_signal_that_comes_as_soon_as_it_runs():
    slow_traps = 'trap() { sleep 1; builtin trap "$@"; }'
    program = "trap 'exit 75' USR1; kill -USR1 $PPID; for _ in {1..100}; do sleep 0.1; done"
    assert shown_and_status(f'{slow_traps}; run_worker bash -c "$1"', program) == ("", 75)


def test_the_status_of_a_worker_is_kept_where_a_signal_comes_while_it_ends():
    """Bash's `wait` alone loses the status of one in five of them."""
    program = "trap 'exit 75' USR1; echo begun; for _ in {1..300}; do sleep 0.1; done"
    workers = [shell('run_worker bash -c "$1"', program, start_new_session=True) for _ in range(12)]
    for process in workers:
        assert process.stdout.readline() == "begun\n"
        os.killpg(process.pid, signal.SIGUSR1)
    for process in workers:
        with process:
            assert process.wait(timeout=30) == 75


@pytest.mark.skipif(len(os.sched_getaffinity(0)) == 1, reason="needs two cores")
def test_a_worker_that_may_use_more_cores_than_its_job_has_gets_as_many_threads():
    bound = {"SLURM_CPUS_PER_TASK": str(len(os.sched_getaffinity(0)))}
    assert "TF_NUM" not in shown_and_status("run_worker env", **bound)[0]
    shown = shown_and_status("run_worker env", SLURM_CPUS_PER_TASK="1")[0].splitlines()
    assert {"TF_NUM_INTRAOP_THREADS=1", "TF_NUM_INTEROP_THREADS=1"} <= set(shown)
    set_by_user = shown_and_status("run_worker env", SLURM_CPUS_PER_TASK="1", TF_NUM_INTRAOP_THREADS="2")[0]
    assert "TF_NUM_INTRAOP_THREADS=2\n" in set_by_user


@pytest.mark.parametrize(
    ("told", "job", "reason"),
    [
        ("JobId=7 JobState=RUNNING Reason=None", {}, ""),
        ("JobId=7 JobState=RUNNING Reason=None", {"SLURM_RESTART_COUNT": "19"}, ""),
        ("JobId=7 JobState=RUNNING Reason=None", {"SLURM_RESTART_COUNT": "20"}, "that MAX_RESTARTS=20 allows"),
        ("JobId=7 JobState=COMPLETING Reason=None", {}, "the job was cancelled, or Slurm requeues it itself"),
        ("JobId=7_3 JobState=RUNNING", {"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "3"}, ""),
        ("", {}, ""),  # the controller does not answer
    ],
)
def test_a_job_is_queued_again_while_it_runs_and_so_often_as_it_may_be(told, job, reason):
    name = told.split()[0].removeprefix("JobId=") if told else ""
    scontrol = f'scontrol() {{ [ "$*" = "-o show job {name}" ] && echo "{told} "; }}'
    shown, _ = shown_and_status(f"{scontrol}; reason_to_end", **job)
    assert (reason in shown) if reason else (shown == "")


@pytest.mark.parametrize(("failures", "calls", "status"), [(2, 3, 0), (9, 6, 75)])
def test_a_job_is_requeued_as_soon_as_the_controller_answers_within_a_minute(tmp_path, failures, calls, status):
    called = tmp_path / "called"
    scontrol = f'scontrol() {{ echo "$*" >>"{called}"; [ "$(wc -l <"{called}")" -gt {failures} ]; }}'
    ended = 'sleep() { [ "$1" != 60 ] || exit 0; }'  # by Slurm
    shown, ended_with = shown_and_status(f"{scontrol}; {ended}; requeue; exit 75")
    assert (shown, ended_with) == ("", status)
    assert called.read_text().splitlines() == ["requeue 7"] * calls


def test_a_job_of_the_clones_python_imports_nothing_from_the_modules_of_a_cluster(tmp_path, run_in_job):
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.touch(mode=0o755)
    srun = tmp_path / "srun"
    srun.write_text('#!/bin/sh\necho "path ${PYTHONPATH-unset} ${PYTHONHOME-unset}"\n')
    modules = {"PYTHONPATH": "/modules/scipy", "PYTHONHOME": "/modules/python", "CLONE": str(tmp_path)}
    assert "path unset unset" in run_in_job(1, PYTHON="", **modules)
    assert "path /modules/scipy /modules/python" in run_in_job(1, **modules)


@pytest.mark.parametrize(("command", "shown"), [("my python", r"my\ python -m"), ("python -X dev", "python -X dev -m")])
def test_python_is_a_path_that_may_hold_spaces_or_a_command_with_arguments(tmp_path, run_in_job, command, shown):
    for name in ("my python", "python"):
        (tmp_path / name).touch(mode=0o755)
    lines = run_in_job(1, PYTHON=f"{tmp_path}/{command}")
    assert any(line.startswith(f"job 7: {tmp_path}/{shown} ner.train") for line in lines), lines


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--train=x"], "expected --num_jobs=NUMBER, the jobs of each array; got 'nothing'"),
        (["--num_jobs=none"], "got 'none'"),
        (["--num_jobs=2", "--stage=merge"], "'--stage=merge': expected --num_jobs=NUMBER; this script submits"),
    ],
)
def test_build_records_answers_a_mistake_with_one_line_and_status_2(arguments, message):
    command = ["bash", str(SLURM / "build-records.sh"), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert message in done.stderr
    assert done.stderr.count("\n") == 1


def test_build_records_ends_where_a_stage_is_refused(tmp_path):
    """Otherwise later stages would be submitted with nothing to wait for."""
    sbatch = tmp_path / "sbatch"
    sbatch.write_text('#!/bin/sh\ncase "$*" in *--stage=write*) echo refused >&2; exit 1;; esac\necho 17\n')
    sbatch.chmod(0o755)
    command = ["bash", str(SLURM / "build-records.sh"), "--num_jobs=2", "--train=x"]
    variables = environment(PATH=f"{tmp_path}:{os.environ['PATH']}")
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "refused\n")


@pytest.mark.parametrize("script", sorted(SLURM.glob("*.sbatch")), ids=lambda path: path.name)
def test_a_batch_script_that_is_not_submitted_says_so(script):
    done = subprocess.run(["bash", script], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "submit this script with sbatch" in done.stderr
