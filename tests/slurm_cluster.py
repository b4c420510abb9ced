"""A real Slurm of two nodes on this machine, in a folder of its own: for tests of the batch scripts.

Nodes n1 and n2 have two cores and a GPU each, of which there is nothing but its number. A job in partition `high` takes
nodes away from jobs in `batch`, which get SIGTERM, have 20 seconds, and are queued again.
"""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.loopback import free_ports

SETTINGS = "(SLURM|SBATCH|SRUN)|(PYTHON|MAX_RESTARTS)$"  # what Slurm and the scripts take from the environment
PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "scontrol")
MISSING = [*(name for name in PROGRAMS if not shutil.which(name)), *(["root's rights"] if os.geteuid() else [])]
WHY_NOT = (
    f"missing for a Slurm of the tests' own: {', '.join(MISSING)}; "
    "as root: apt-get install --no-install-recommends slurmd slurmctld slurm-client munge"
)
ENDED = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY")

CONFIGURATION = """
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/munge.sock
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,bf_interval=1,batch_sched_delay=0
MailProg=/bin/true
ReturnToService=2
JobRequeue=1
FirstJobId={first_job}
KillWait=10
StateSaveLocation={folder}/state
SlurmctldPidFile={folder}/slurmctld.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdPidFile={folder}/slurmd.%n.pid
SlurmdLogFile={folder}/slurmd.%n.log
SlurmdSpoolDir={folder}/spool.%n
SlurmdParameters=config_overrides
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
NodeName=n1 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[1]} CPUs=2 RealMemory=1000 Gres=gpu:1
NodeName=n2 NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[2]} CPUs=2 RealMemory=1000 Gres=gpu:1
PartitionName=batch Nodes=n1,n2 Default=YES State=UP PriorityTier=1 PreemptMode=REQUEUE GraceTime=20
PartitionName=high Nodes=n1,n2 State=UP PriorityTier=10 PreemptMode=OFF
"""
GPUS = """
NodeName=n1 Name=gpu File=/dev/null
NodeName=n2 Name=gpu File=/dev/zero
"""


class Slurm:
    """A running Slurm, as its commands see it."""

    def __init__(self, configuration):
        self.environment = {
            **{name: value for name, value in os.environ.items() if not re.match(SETTINGS, name)},
            "SLURM_CONF": str(configuration),
        }

    def run(self, *command, cwd=None, **environment):
        """What a command prints."""
        done = subprocess.run(
            list(map(str, command)),
            cwd=cwd,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def submit(self, *arguments, cwd, **environment):
        """Number of a new job, as a user would submit it in folder `cwd`."""
        return self.run("sbatch", "--parsable", *arguments, cwd=cwd, **environment).strip()

    def job(self, number):
        """What Slurm tells of a job, or of one part of an array."""
        return dict(re.findall(r"(\S+?)=(\S*)", self.run("scontrol", "-o", "show", "job", number)))

    def wait_for(self, number, timeout=200):
        """What Slurm tells of a job that has ended. One that was queued again is not held back for two minutes."""
        deadline, held = time.monotonic() + timeout, False
        while (job := self.job(number))["JobState"] not in ENDED:
            assert time.monotonic() < deadline, f"job {number} is still {job['JobState']}, {job['Reason']}"
            if job["Reason"] == "BeginTime" and not held:  # at once, its credential is still the revoked one
                self.run("scontrol", "update", f"jobid={number}", "StartTime=now+2")
            held = job["Reason"] == "BeginTime"
            time.sleep(0.2)
        return job

    def preempt(self, *options, cwd):
        """A short job that others must make room for; returns when it is done."""
        self.wait_for(self.submit("--partition=high", *options, "--output=/dev/null", "--wrap=true", cwd=cwd))


def wait_for_line(path, words, timeout=100):
    """Waits until a file has a line with the words."""
    deadline = time.monotonic() + timeout
    while not (path.exists() and words in path.read_text()):
        assert time.monotonic() < deadline, path.read_text() if path.exists() else f"no {path}"
        time.sleep(0.05)


@contextmanager
def running_slurm():
    """A Slurm whose two nodes are idle; nothing of it and of its jobs is left at the end."""
    with tempfile.TemporaryDirectory(prefix="slurm-") as name, ExitStack() as daemons:
        folder = Path(name)
        for new in ("state", "spool.n1", "spool.n2"):
            (folder / new).mkdir()
        configuration = folder / "slurm.conf"
        host = socket.gethostname().split(".", maxsplit=1)[0]
        # A job's workers take their ports from its number (`ner.cluster.discovery`): not those of another Slurm's jobs.
        names = {"folder": folder, "host": host, "ports": free_ports(3), "first_job": random.randrange(1, 1_000_000)}
        configuration.write_text(CONFIGURATION.format(**names))
        (folder / "gres.conf").write_text(GPUS)
        key = folder / "munge.key"
        key.touch(mode=0o400)
        key.write_bytes(os.urandom(128))
        slurm = Slurm(configuration)
        files = [f"--{what}={folder}/munge.{what.split('-')[0]}" for what in ("pid-file", "log-file", "seed-file")]
        daemons.callback(_kill_all, configuration)
        for command in (
            ["munged", "--foreground", "--force", f"--key-file={key}", f"--socket={folder}/munge.sock", *files],
            ["slurmctld", "-D", "-c"],
            ["slurmd", "-D", "-N", "n1"],
            ["slurmd", "-D", "-N", "n2"],
        ):
            daemons.enter_context(_running(command, folder / "daemons.log", slurm.environment))
            _wait_until((folder / "munge.sock").exists, folder)
        _wait_until(lambda: _idle_nodes(slurm) == 2, folder)
        daemons.callback(slurm.run, "scancel", "--user=root")
        yield slurm


def _idle_nodes(slurm):
    asked = ["sinfo", "--noheader", "--partition=batch", "--Node", "--format=%T"]
    answer = subprocess.run(asked, env=slurm.environment, capture_output=True, text=True, check=False)
    return answer.stdout.split().count("idle")


@contextmanager
def _running(command, log, environment):
    """A process that ends with the block, or before with this one's death."""
    with (
        log.open("a") as output,
        subprocess.Popen(
            ["setpriv", "--pdeathsig=TERM", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
        ) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_until(true, folder):
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "\n".join(log.read_text() for log in folder.glob("*.log"))
        time.sleep(0.05)


def _kill_all(configuration):
    """Kills what has this configuration in its environment: what steps of jobs have left."""
    mark = f"SLURM_CONF={configuration}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes().split(b"\0"):
                os.kill(int(process.name), signal.SIGKILL)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            pass  # it has ended meanwhile, or is another user's
