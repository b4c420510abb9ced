"""A run that was killed four times ends as one that never was, bit for bit: weights, checkpoints and curves.

Python's fork server imports TensorFlow once, and each start of a run is a fork of it. That is sound because the server
has one thread and has computed nothing: TensorFlow begins its threads with the first operation.
"""

import json
import multiprocessing
import os
import select
import signal
import time
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest
from tensorboard.compat.proto.event_pb2 import Event

from ner.cli import leave
from ner.config import Config, ModelConfig
from ner.data.dataset import Dataset
from ner.data.tfrecord import read_records
from ner.run_dir import checkpoints
from ner.run_dir.workdir import TRAINING_RUNS, WorkDir
from ner.training import launch
from ner.training_config import TrainingConfig
from tests.conftest import invented_sentences, write_records
from tests.light_tensorflow import with_graph_optimizer

MODEL = ModelConfig(embedding_size=4, lstm_units=6, lstm_layers=1, bidirectional=False)
TRAINING = TrainingConfig(
    epochs=5, batch_size=8, learning_rate=0.01, checkpoint_every=3, log_every=2, train_sample=8, deterministic=True
)
SENTENCES = 160  # 20 steps an epoch
MOMENTS = ["starting", "learning", "validating", "writing"]  # when kills come
ENDS = {"starting": ["step "], "validating": ["validation at step"]}  # what a run shows where such a moment is over
WRITING_SECONDS = 0.25  # that a file takes where the kill is to come in the middle of it
TIMINGS = {"sentences_per_second", "characters_per_second", "step_seconds", "input_wait_share"}


class Job(NamedTuple):
    """What `ner.train` makes of its flags."""

    config: Config
    dataset: Dataset
    records: str
    work: WorkDir

    def names(self):
        return sorted(path.name for path in Path(self.work.checkpoints).iterdir())

    def arrays(self, name):
        loaded = checkpoints.load(str(Path(self.work.checkpoints) / name)).arrays
        return {key: (value.dtype, value.shape, value.tobytes()) for key, value in loaded.items()}

    def result(self):
        result = json.loads((Path(self.work.path) / "result.json").read_text())
        return {key: value for key, value in result.items() if key not in ("seconds", "sentences_per_second")}

    def curves(self, run):
        """Tag, step and value of all that event files show of a run, in their order, but for its settings and times."""
        paths = sorted((Path(self.work.logs) / run).glob("*.tfevents.*"))
        events = [Event.FromString(payload) for path in paths for payload in read_records(str(path))]
        return [
            (value.tag, event.step, value.tensor.SerializeToString())
            for event in events
            for value in event.summary.value
            if event.step and value.tag not in TIMINGS
        ]


def train(job, shown, writing_seconds):
    """What `ner.train` does; its standard output is the pipe `shown`, and says too when a file is being written."""
    names = [path.read_text().strip() for path in Path(f"/proc/{os.getppid()}/task").glob("*/comm")]
    threads = [name for name in names if name != "jemalloc_bg_thd"]  # PyArrow's, which a fork starts anew
    assert len(threads) < 2, "a fork of several threads may wait for ever"
    os.dup2(shown.fileno(), 1)
    multiprocessing.set_start_method(None, force=True)  # as in a program: tqdm's lock leaves nothing to clean up
    with_graph_optimizer()
    write = os.fsync

    def write_slowly(descriptor):
        print("writing", flush=True)
        time.sleep(writing_seconds)
        write(descriptor)

    os.fsync = write_slowly
    notes = job.work.prepare(job.config, job.dataset, job.records)
    leave(launch.train(launch.RunSpec(*job, notes)))


class Start:
    """A start of a run."""

    def __init__(self, job, writing_seconds=0.0):
        context = multiprocessing.get_context("forkserver")
        self._shown, theirs = context.Pipe(duplex=False)
        self._lines = open(self._shown.fileno(), "rb", buffering=0, closefd=False)  # noqa: SIM115
        self._process = context.Process(target=train, args=(job, theirs, writing_seconds))
        self._process.start()
        theirs.close()

    def wait_for(self, *words, count=1):
        """Waits for `count` lines that have all of the words; returns the seconds that this took."""
        before = time.monotonic()
        for line in self._lines:
            count -= all(word in line.decode() for word in words)
            if not count:
                return time.monotonic() - before
        raise AssertionError(f"it ended before it had shown {words}")

    def pause(self, seconds, *words):
        """Waits for `seconds`, or until it has shown a line that has one of the words."""
        end = time.monotonic() + seconds
        while select.select([self._lines], [], [], max(0.0, end - time.monotonic()))[0]:
            line = self._lines.readline().decode()
            if not line or any(word in line for word in words):
                return

    def kill(self):
        self._process.kill()
        assert self.status() == -signal.SIGKILL

    def status(self):
        """Its exit status, as soon as it has one."""
        self._lines.read()
        self._process.join()
        self._lines.close()
        self._shown.close()
        return self._process.exitcode


def kill_while(moment, job, longest, random):
    """Starts the run and kills it in the middle of something, at a random time of at most `longest` seconds.

    These were measured once; where the machine has less to do now, the moment ends sooner.
    """
    started = Start(job, WRITING_SECONDS if moment == "writing" else 0.0)
    if moment == "validating":
        started.wait_for("step ", ".00/")
    elif moment != "starting":
        started.wait_for("step ", count=random.randint(1, 4))
    if moment == "writing":
        started.wait_for("writing")
    started.pause(random.uniform(0, longest[moment]), *ENDS.get(moment, ()))
    started.kill()
    assert moment != "writing" or any(".npz." in name and name.endswith(".tmp") for name in job.names())


@pytest.fixture
def jobs(tmp_path, monkeypatch):
    """Two jobs that differ in nothing but their work folders, and a fork server for them."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent.parent))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # NumPy's would begin when it is imported
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
    multiprocessing.set_forkserver_preload([__name__])
    made = invented_sentences(SENTENCES + 10)
    dataset = write_records(tmp_path / "records", {"train": made[:SENTENCES], "validation": made[SENTENCES:]})
    config = Config(model=MODEL, training=TRAINING)
    works = [WorkDir(str(tmp_path / name)) for name in ("undisturbed", "killed")]
    return [Job(config, dataset, str(tmp_path / "records"), work) for work in works]


def test_a_run_killed_four_times_ends_as_one_that_was_not(jobs):
    undisturbed, killed = jobs
    whole = Start(undisturbed)
    longest = {"learning": 0.1, "writing": 0.0, "starting": whole.wait_for("step ")}
    whole.wait_for("step ", ".00/")
    longest["validating"] = whole.wait_for("validation at step")
    random = Random(2019)
    for moment in random.sample(MOMENTS, len(MOMENTS)):
        kill_while(moment, killed, longest, random)
    assert Start(killed).status() == whole.status() == 0

    assert killed.result() == undisturbed.result()
    assert killed.names() == undisturbed.names()
    for name in undisturbed.names():
        assert killed.arrays(name) == undisturbed.arrays(name)
    for run in TRAINING_RUNS:
        curves = undisturbed.curves(run)
        assert len(curves) == len({(tag, step) for tag, step, _ in curves}) > 0
        assert killed.curves(run) == curves
