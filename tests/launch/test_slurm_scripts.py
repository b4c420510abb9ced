"""The batch scripts under a real Slurm (`tests/slurm_cluster.py`), with the real programs where not said otherwise."""

import json
import os
import re
import shutil
import sys
from functools import partial
from pathlib import Path
from shlex import quote

import pytest

from tests import fake_training
from tests.conftest import invented_sentences, write_records
from tests.forked import Training, draw_blank_pictures, fork_server, tf_config
from tests.loopback import free_ports
from tests.slurm_cluster import MISSING, WHY_NOT, running_slurm, wait_for_line

LAUNCH = Path(__file__).parent.parent.parent / "launch"
SIZES = ["--embedding_size=4", "--lstm_units=6", "--lstm_layers=1", "--nobidirectional"]
TINY = [*SIZES, "--batch_size=4", "--log_every=2", "--seed=5"]
CPU_ONLY = ["--gres=none", "--cpus-per-task=1"]

# Stands in for the clone's Python: the real one, which leaves its environment where the test can read it. Jobs do not
# hand on PYTHONPATH.
PYTHON = f"""#!/usr/bin/env bash
env >"environment.$SLURM_JOB_ID.${{SLURM_PROCID:-}}"
export PYTHONPATH="${{SITE:+$SITE:}}"{quote(os.environ.get("PYTHONPATH", ""))}
exec {sys.executable!r} "$@"
"""
# Makes a checkpoint take a while in a job's first start, so that what stops it comes before its end.
SLOW_FIRST_START = """
import os, time
write = os.fsync
def write_slowly(descriptor):
    time.sleep(0.2)
    write(descriptor)
if "SLURM_RESTART_COUNT" not in os.environ:
    os.fsync = write_slowly
"""
# Stands in for a training that saves when it is asked to, and ends in its second start.
SAVES_IN_ITS_FIRST_START = """
env >"environment.$SLURM_JOB_ID.$SLURM_PROCID"
echo "cores: $(nproc)"
[ -z "${SLURM_RESTART_COUNT:-}" ] || exit 0
trap 'exit 75' USR1
echo begun
for _ in {1..600}; do sleep 0.1; done
"""

pytestmark = pytest.mark.skipif(bool(MISSING), reason=WHY_NOT)


class User:
    """Someone who types commands of Slurm in a folder that is not the clone."""

    def __init__(self, slurm, clone, folder):
        self.slurm, self.clone, self.folder = slurm, clone, folder

    def submit(self, script, *arguments, options=(), **environment):
        """The job number of `sbatch OPTIONS SCRIPT ARGUMENTS`."""
        path = self.clone / "launch/slurm" / script
        return self.slurm.submit(*options, path, *arguments, cwd=self.folder, **environment)

    def log(self, number, name="ner-train"):
        return self.folder / f"{name}-{number}.out"

    def environment(self, number, worker=0):
        """The environment of a worker of a job."""
        text = (self.folder / f"environment.{number}.{worker}").read_text()
        return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)

    def result(self, work):
        return json.loads((self.folder / work / "result.json").read_text())

    def program(self, name, text):
        """A program that stands in for Python."""
        path = self.folder / name
        path.write_text(f"#!/usr/bin/env bash\n{text}\n")
        path.chmod(0o755)
        return str(path)


@pytest.fixture(scope="module")
def slurm():
    with running_slurm() as started:
        yield started


@pytest.fixture(scope="module")
def user(slurm, tmp_path_factory):
    """A user with a clone that has a space in its name, and records."""
    clone, folder = tmp_path_factory.mktemp("a clone"), tmp_path_factory.mktemp("scratch")
    shutil.copytree(LAUNCH, clone / "launch")
    python = clone / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)
    made = invented_sentences(180)
    splits = {"train": made[:160], "validation": made[160:170], "test": made[170:]}
    write_records(folder / "records", splits, num_shards=4)
    (folder / "slow").mkdir()
    (folder / "slow/sitecustomize.py").write_text(SLOW_FIRST_START)
    return User(slurm, clone, folder)


def train_flags(work, *more):
    return [
        "--records=records",
        f"--workdir={work}",
        *TINY,
        "--epochs=2",
        "--learning_rate=0.02",
        "--checkpoint_every=1",
        *more,
    ]


def slowly(user):
    """Environment of a job whose first start is slow."""
    return {"SITE": str(user.folder / "slow")}


def with_cores(number):
    """What a worker that may use `number` cores does first."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:number])
    draw_blank_pictures()


def undisturbed_result(user, work, *more, workers, cores):
    """What comes of the same training without Slurm: by forks, each with as many cores as a worker of the job."""
    ports, first = free_ports(workers), partial(with_cores, cores)
    flags = [*train_flags(user.folder / work, *more), f"--records={user.folder / 'records'}"]
    started = [
        Training(fork_server(), flags, user.folder / f"{work}-{index}.log", tf_config(ports, index), first)
        for index in range(workers)
    ]
    assert [one.status() for one in started] == [0] * workers, started[0].shown
    return user.result(work)


def assert_same_ending(result, other):
    for key in ("steps", "best_step", "best_score", "weights_sha256"):
        assert result[key] == other[key]


def test_a_training_is_asked_to_save_before_its_time_limit_and_goes_on_in_a_second_start(user):
    options = ["--cpus-per-task=1", "--nodelist=n1"]
    saves = user.program("saves", SAVES_IN_ITS_FIRST_START)
    number = user.submit("train.sbatch", *train_flags("stopped"), options=options, PYTHON=saves)
    wait_for_line(user.log(number), "begun")
    user.slurm.run("scancel", "--batch", "--signal=USR1", number)  # what --signal=B:USR1@180 sends
    job = user.slurm.wait_for(number)
    shown = user.log(number).read_text()
    assert (job["JobState"], job["ExitCode"], job["Restarts"]) == ("COMPLETED", "0:0", "1"), shown
    assert f"job {number}: start 1 of at most 21 on n1, each node with 1 cores and 1 GPUs, in {user.folder}\n" in shown
    assert f"{saves} -m ner.train --records=records --workdir=stopped" in shown
    assert f"job {number}: received SIGUSR1, stopping the workers\n" in shown
    assert f"job {number}: ended with status 75 (run again) after " in shown
    assert "; requeueing\n" in shown
    assert f"job {number}: start 2 of at most 21 on n" in shown
    assert f"job {number}: ended with status 0 after " in shown.splitlines()[-1]
    environment = user.environment(number)
    assert environment["CUDA_VISIBLE_DEVICES"] == "0"
    assert environment["SLURM_STEP_NUM_TASKS"] == "1"
    assert shown.count("cores: 1\n") == 2  # the affinity mask, from which TensorFlow and tf.data take their threads
    assert "TF_NUM_INTRAOP_THREADS" not in environment


def test_two_nodes_that_were_preempted_train_the_tagger_of_an_undisturbed_run(user):
    options, evaluate = ["--cpus-per-task=2"], "--evaluate=test"
    flags = train_flags("preempted", evaluate)
    number = user.submit("train-multinode.sbatch", *flags, options=options, **slowly(user))
    wait_for_line(user.log(number), "step ")
    user.slurm.preempt("--nodelist=n2", "--cpus-per-task=2", cwd=user.folder)
    other = undisturbed_result(user, "two", evaluate, workers=2, cores=2)
    job = user.slurm.wait_for(number)
    shown = user.log(number).read_text()
    assert (job["JobState"], job["ExitCode"], job["Restarts"]) == ("COMPLETED", "0:0", "1"), shown
    assert f"job {number}: start 1 of at most 21 on n[1-2], each node with 2 cores and 1 GPUs" in shown
    assert "resuming at step" in shown
    assert [user.environment(number, worker)["SLURM_STEP_NUM_TASKS"] for worker in (0, 1)] == ["2", "2"]
    assert "Entities (exact span and type)" in shown
    assert_same_ending(user.result("preempted"), other)


def test_a_training_that_fails_ends_with_its_status_and_is_not_queued_again(user):
    number = user.submit("train.sbatch", "--records=records", "--workdir=w", "--epochs=some", options=CPU_ONLY)
    job = user.slurm.wait_for(number)
    shown = user.log(number).read_text()
    assert (job["JobState"], job["ExitCode"], job["Restarts"]) == ("FAILED", "1:0", "0"), shown
    assert "epochs" in shown
    assert f"job {number}: ended with status 1 after " in shown.splitlines()[-1]


def test_a_worker_that_fails_is_not_hidden_by_the_others_that_srun_ends(user):
    text = 'if [ "$SLURM_PROCID" = 1 ]; then sleep 1; exit 3; fi; exec sleep 600'
    options = [*CPU_ONLY, "--nodes=2"]
    number = user.submit("train-multinode.sbatch", options=options, PYTHON=user.program("one-fails", text))
    job = user.slurm.wait_for(number)
    shown = user.log(number).read_text()
    assert (job["JobState"], job["ExitCode"], job["Restarts"]) == ("FAILED", "3:0", "0"), shown
    assert "\n1: worker 1 ended with status 3 on n2\n" in shown


def test_a_job_is_started_again_so_often_as_it_may_be(user):
    again = user.program("again", "exit 75")
    number = user.submit("train.sbatch", options=CPU_ONLY, PYTHON=again, MAX_RESTARTS="1")
    job = user.slurm.wait_for(number)
    shown = user.log(number).read_text()
    assert (job["JobState"], job["ExitCode"], job["Restarts"]) == ("FAILED", "75:0", "1"), shown
    assert shown.count("; requeueing\n") == 1
    assert "; this was the last start that MAX_RESTARTS=1 allows; the same sbatch command resumes it\n" in shown


def test_a_cancelled_job_is_not_queued_again(user):
    saves = user.program("saves", "trap 'exit 75' TERM USR1; echo begun; for _ in {1..600}; do sleep 0.1; done")
    number = user.submit("train.sbatch", options=CPU_ONLY, PYTHON=saves)
    wait_for_line(user.log(number), "begun")
    user.slurm.run("scancel", number)
    job = user.slurm.wait_for(number)
    assert (job["JobState"], job["Restarts"]) == ("CANCELLED", "0"), user.log(number).read_text()


def test_a_missing_environment_is_answered_with_what_to_do(user):
    number = user.submit("train.sbatch", options=CPU_ONLY, PYTHON="absent/python -X dev")
    assert user.slurm.wait_for(number)["ExitCode"] == "1:0"
    shown = user.log(number).read_text()
    assert f"job {number}: error: absent/python: no such program; install the project into {user.clone}/.venv" in shown


def test_a_sweep_is_trained_by_an_array_of_which_only_a_stopped_part_is_queued_again(user):
    fake_training.install(user.folder / "fake")
    flags = ["--output_dir=sweep", "--grid=learning_rate=0.25,0.5", "--", "--records=records", "--epochs=1"]
    # The last part has the array's own number.
    stop = 'if [ "$SLURM_ARRAY_TASK_ID${SLURM_RESTART_COUNT:-0}" = 10 ]; then exit 75; fi'
    once = f'{stop}; exec {quote(sys.executable)} "$@"'
    path = os.pathsep.join(filter(None, [str(user.folder / "fake"), os.environ.get("PYTHONPATH")]))
    environment = {"PYTHON": user.program("once", once), "PYTHONPATH": path}
    number = user.submit("sweep.sbatch", *flags, options=[*CPU_ONLY, "--array=0-1"], **environment)
    jobs = [user.slurm.wait_for(f"{number}_{part}") for part in (1, 0)]
    logs = [user.log(f"{number}_{part}", "ner-sweep").read_text() for part in (1, 0)]
    assert [(job["JobState"], job["Restarts"]) for job in jobs] == [("COMPLETED", "1"), ("COMPLETED", "0")], logs
    states = json.loads((user.folder / "sweep/sweep.json").read_text())
    assert [entry["state"] for entry in states] == ["finished", "finished"]
    assert "learning_rate=0.5" in (user.folder / "sweep/sweep.txt").read_text()


def test_a_sweep_of_a_part_of_an_array_is_refused(user):
    number = user.submit("sweep.sbatch", "--output_dir=s", options=[*CPU_ONLY, "--array=1,2"])
    assert user.slurm.wait_for(f"{number}_1")["ExitCode"] == "1:0"
    assert "expected an array that starts at 0" in user.log(f"{number}_1", "ner-sweep").read_text()


def build_records(user, *flags):
    """The numbers of the jobs that the script submits: scan and merge."""
    script = user.clone / "launch/slurm/build-records.sh"
    shown = user.slurm.run("bash", script, *flags, "--", "--cpus-per-task=1", cwd=user.folder)
    return re.search(r"scan (\d+) .* merge (\d+),", shown).groups()


def test_an_array_builds_what_one_process_builds_to_the_byte(user):
    for name in ("train", "test"):
        text = "".join(f"{name}{number} B-PER\nlebt O\nin O\nÖsterreich B-LOC\n\n" for number in range(400))
        (user.folder / f"{name}.txt").write_text(text, encoding="utf-8")
    flags = ["--train=train.txt", "--test=test.txt", "--shards=3"]
    user.slurm.run(sys.executable, "-m", "data_tools.build", *flags, "--output_dir=alone", cwd=user.folder)
    merge = build_records(user, *flags, "--num_jobs=2", "--output_dir=together")[1]
    job = user.slurm.wait_for(merge)
    log = user.log(merge, "ner-build-merge").read_text()
    assert (job["JobState"], job["ExitCode"]) == ("COMPLETED", "0:0"), log
    together, alone = user.folder / "together", user.folder / "alone"
    names = sorted(path.name for path in alone.iterdir())
    assert sorted(path.name for path in together.iterdir()) == names
    assert all((together / name).read_bytes() == (alone / name).read_bytes() for name in names)
    assert not list(user.folder.glob(".*"))


def test_a_stage_that_fails_takes_the_later_ones_with_it(user):
    (user.folder / "bad.txt").write_text("a O\nb B-PER\nc B_PER\n")
    scan, merge = build_records(user, "--num_jobs=1", "--train=bad.txt", "--output_dir=bad")
    assert user.slurm.wait_for(merge)["JobState"] == "CANCELLED"
    shown = user.log(f"{scan}_0", "ner-build-scan").read_text()
    assert "bad.txt:3: tag 'B_PER' is not O" in shown
    assert f"job {scan}_0: ended with status 1 after " in shown
