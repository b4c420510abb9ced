"""Two processes that train together on this machine: the same learning as one, and an end whenever one is lost."""

import contextlib
import json
import re
import signal
import socket
import time

import numpy as np
import pytest
from tensorboard.compat.proto.event_pb2 import Event

from data_tools.readers import word_vector_files
from ner.data.tfrecord import read_records
from ner.data.word_vectors import WordVectors
from ner.run_dir import checkpoints
from ner.signals import RUN_AGAIN
from ner.training.step import TrainingStep
from tests.conftest import invented_sentences, write_records
from tests.forked import Training, draw_blank_pictures, fork_server, tf_config
from tests.loopback import free_ports

SMALL = [
    *("--embedding_size=6", "--lstm_units=8", "--lstm_layers=1", "--nobidirectional"),
    *("--dropout=0.2", "--char_dropout=0.1"),
    *("--learning_rate=0.02", "--warmup_steps=1", "--batch_size=8", "--log_every=1", "--clip_norm=0.5"),
    *("--startup_timeout=60", "--collective_timeout=60"),
]
HIERARCHICAL = ["--encoder=hierarchical", "--bidirectional", "--ngram_size=4", "--ngram_rows=256", "--word_units=4"]
ENDLESS = ["--epochs=100000", "--schedule=constant", "--validate_every=1000000", "--checkpoint_every=5"]


@pytest.fixture
def start(tmp_path):
    """Starts a training by `count` workers; every one that still lives is killed in the end."""
    context = fork_server()
    made = invented_sentences(62)
    write_records(tmp_path / "records", {"train": made[:42], "validation": made[42:52], "test": made[52:]})
    with contextlib.ExitStack() as stack:

        def starter(work, *flags, count=2, absent=(), of_second=(), first=(draw_blank_pictures, draw_blank_pictures)):
            arguments = [f"--records={tmp_path / 'records'}", f"--workdir={tmp_path / work}", *SMALL, *flags]
            ports = free_ports(count)
            workers = []
            for index in range(count):
                if index not in absent:
                    config = tf_config(ports, index) if count > 1 else ""
                    more = of_second if index == 1 else ()
                    log = tmp_path / f"{work}-{index}.log"
                    worker = Training(context, [*arguments, *more], log, config, first[index])
                    stack.callback(worker.end)
                    workers.append(worker)
            return workers

        yield starter


def read_reversed_vectors():
    """Gives each word the vector of another one, in the process that calls it."""
    read = word_vector_files.read

    def reversed_vectors(*arguments):
        found = read(*arguments)
        return WordVectors(found.words, found.vectors[::-1].copy())

    word_vector_files.read = reversed_vectors


def read_other_weights():
    """Finds another content in all checkpoints, in the process that calls it."""
    fingerprint = checkpoints.fingerprint
    checkpoints.fingerprint = lambda path: fingerprint(path)[::-1]


def curve(work, tag):
    events = [
        Event.FromString(payload)
        for path in sorted((work / "logs/train").glob("*.tfevents.*"))
        for payload in read_records(str(path))
    ]
    values = {}
    for event in events:
        for value in event.summary.value:
            if value.tag == tag:
                values[event.step] = np.frombuffer(value.tensor.tensor_content, np.float32)[0]
    return [values[step] for step in sorted(values)]


def weights(work, name):
    return checkpoints.load(str(work / "checkpoints" / name)).arrays


def assert_learnt_the_same(one, other, tolerance):
    """Loss and gradients of every step, and weights, to rounding."""
    for tag in ("loss", "gradient_norm"):
        assert len(curve(one, tag)) > 10
        np.testing.assert_allclose(curve(other, tag), curve(one, tag), rtol=tolerance)
    last = sorted(path.name for path in (one / "checkpoints").glob("step-*.npz"))[-1]
    for name, value in weights(one, last).items():
        np.testing.assert_allclose(weights(other, last)[name], value, rtol=1e-3, atol=1e-4)


def learn_alone_and_together(start, tmp_path, flags, of_two=()):
    """A run by one process and the same by two, which learn and report the same."""
    [alone] = start("alone", *flags, count=1)
    assert alone.status() == 0, alone.shown
    chief, other = start("together", *flags, *of_two)
    assert (chief.status(), other.status()) == (0, 0), chief.shown + other.shown
    assert_learnt_the_same(tmp_path / "alone", tmp_path / "together", 1e-4)
    assert "workers     2, found by TF_CONFIG" in chief.shown
    found = [re.findall(r"entity F1 0\.\d{3}|decoded with \S+ \S+", one.shown) for one in (alone, chief)]
    assert found[0] == found[1] != []
    reports = [json.loads((tmp_path / work / "reports/test.json").read_text()) for work in ("alone", "together")]
    for report in reports:
        del report["seconds"], report["members"]  # their weights differ in the last bits
    losses, calibrations = ([report.pop(name) for report in reports] for name in ("loss", "calibration"))
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)
    errors = [one["expected_calibration_error"] for one in calibrations]
    assert errors[0] == pytest.approx(errors[1], abs=1e-4)
    assert reports[0] == reports[1]
    assert "Entity confusion matrix" in chief.shown


def test_two_workers_learn_what_one_learns_and_a_chief_restarted_after_the_end_reports_alone(start, tmp_path):
    """As Kubernetes restarts the one worker that was evicted while it reported."""
    flags = ["--batch_size=4", "--accumulate_steps=2", "--class_weighting=inverse_sqrt", "--oversample=0.9"]
    flags += ["--epochs=2", "--evaluate=test"]
    learn_alone_and_together(start, tmp_path, flags)
    report = tmp_path / "together/reports/test.json"
    report.unlink()
    [chief] = start("together", *flags, absent=[1])
    assert chief.status(60) == 0, chief.shown
    assert "this run is finished already" in chief.shown
    assert report.exists()
    [other] = start("together", *flags, absent=[0])
    assert other.status(60) == 0, other.shown


def test_two_workers_that_make_several_updates_a_call_learn_what_one_learns(start, tmp_path):
    flags = ["--batch_size=4", "--log_every=2", "--ema_decay=0.5", "--tune_type_biases", "--tune_document_weight"]
    flags += ["--epochs=2", "--evaluate=test"]
    learn_alone_and_together(start, tmp_path, flags, ["--steps_per_call=2"])


def test_two_workers_read_the_same_word_vectors(start, tmp_path):
    known = sorted({token for sentence in invented_sentences(20) for token in sentence.tokens})
    word_vector_files.write(f"{tmp_path}/some.vec", known, np.random.default_rng(0).normal(size=(len(known), 5)))
    flags = ["--epochs=2", f"--word_vectors={tmp_path}/some.vec", *HIERARCHICAL]
    [alone], together = start("alone", *flags, count=1), start("together", *flags)
    for worker in (alone, *together):
        assert worker.status() == 0, worker.shown
        assert f"word vectors {len(known)} x 5" in worker.shown or worker is together[1]
    losses = curve(tmp_path / "alone", "loss")
    assert len(losses) > 10
    np.testing.assert_allclose(curve(tmp_path / "together", "loss"), losses, rtol=1e-3)


def test_workers_that_read_other_word_vectors_are_refused(start, tmp_path):
    """As where the file was replaced on one machine."""
    word_vector_files.write(f"{tmp_path}/some.vec", ["Ada", "Bo"], np.eye(2))
    flags = ["--epochs=1", f"--word_vectors={tmp_path}/some.vec", *HIERARCHICAL]
    chief, other = start("work", *flags, first=(draw_blank_pictures, read_reversed_vectors))
    assert (chief.status(), other.status()) == (1, 1), chief.shown + other.shown
    assert "has other word vectors than worker 0" in chief.shown


def test_workers_with_other_weights_of_the_teacher_are_refused(start, tmp_path):
    """As where the teacher's folder was copied to each machine, and was trained on after one of the copies."""
    [teacher] = start("teacher", "--epochs=1", count=1)
    assert teacher.status() == 0, teacher.shown
    flags = ["--epochs=1", f"--teacher={tmp_path}/teacher"]
    chief, other = start("work", *flags, first=(draw_blank_pictures, read_other_weights))
    assert (chief.status(), other.status()) == (1, 1), chief.shown + other.shown
    assert "has other weights of --teacher than worker 0" in chief.shown


def test_a_run_continues_with_another_number_of_workers(start, tmp_path):
    flags = ["--epochs=3", "--schedule=constant"]
    [alone] = start("alone", *flags, count=1)
    assert alone.status() == 0
    for epochs, count in ((1, 1), (2, 2), (3, 1)):
        workers = start("changing", *flags, f"--epochs={epochs}", count=count)
        assert [worker.status() for worker in workers] == [0] * count, workers[0].shown
    assert "resuming at step 12" in workers[0].shown
    assert_learnt_the_same(tmp_path / "alone", tmp_path / "changing", 1e-3)


def test_all_workers_begin_with_the_weights_of_another_run(start, tmp_path):
    [alone] = start("alone", "--epochs=1", count=1)
    assert alone.status() == 0, alone.shown
    chief, other = start("together", "--epochs=1", "--learning_rate=1e-9", f"--init_from={tmp_path / 'alone'}")
    assert (chief.status(), other.status()) == (0, 0), chief.shown + other.shown
    assert "initial weights from" in chief.shown
    assert "initial weights from" not in other.shown
    for name, value in weights(tmp_path / "alone", "best.npz").items():
        np.testing.assert_allclose(weights(tmp_path / "together", "best.npz")[name], value, atol=1e-5)


def test_all_workers_stop_after_the_same_step_when_one_is_asked_to(start, tmp_path):
    chief, other = start("work", *ENDLESS)
    chief.wait_for("step 3 ")
    other.signal(signal.SIGUSR1)
    assert (chief.status(), other.status()) == (RUN_AGAIN, RUN_AGAIN)
    said = "stopped and saved at step "
    steps = [one.shown.partition(said)[2].partition(";")[0] for one in (chief, other)]
    assert steps[0] == steps[1] != ""
    assert (tmp_path / f"work/checkpoints/step-{int(steps[0]):08d}.npz").exists()


@pytest.mark.parametrize(
    ("lost", "number", "words"),
    [(0, signal.SIGKILL, "disconnected"), (1, signal.SIGKILL, "disconnected"), (0, signal.SIGSTOP, "did not answer")],
)
def test_a_worker_that_is_killed_or_stopped_ends_the_other(start, lost, number, words):
    """TensorFlow misses the connection of the one and the heartbeats of the other."""
    workers = start("work", *ENDLESS)
    workers[0].wait_for("step 3 ")
    workers[lost].signal(number)
    other = workers[1 - lost]
    assert other.status(60) == RUN_AGAIN, other.shown
    last = other.shown.splitlines()[-1]
    assert f"worker {lost} (" in last
    assert words in last
    assert last.endswith("; the same command resumes it")


def hang_in_the_fourth_step():
    step = TrainingStep.__call__

    def step_or_hang(self, number, *arguments):
        if number == 3:
            time.sleep(600)
        return step(self, number, *arguments)

    TrainingStep.__call__ = step_or_hang


def test_a_worker_that_hangs_ends_the_other(start):
    """Its heartbeats go on."""
    chief, _ = start("work", *ENDLESS, "--collective_timeout=6", first=[draw_blank_pictures, hang_in_the_fourth_step])
    assert chief.status(60) == RUN_AGAIN, chief.shown
    assert "stopped: worker 1 (" in chief.shown.splitlines()[-1]
    assert "did not answer" in chief.shown.splitlines()[-1]


@pytest.mark.parametrize("absent", [0, 1])
def test_a_worker_that_never_connects_ends_the_other(start, absent):
    [worker] = start("work", *ENDLESS, "--startup_timeout=2", absent=[absent])
    assert worker.status(60) == RUN_AGAIN, worker.shown
    assert f"worker {absent}" in worker.shown.splitlines()[-1]
    assert "2 s" in worker.shown.splitlines()[-1]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--learning_rate=0.5"], "worker 1 ({host}) has other settings than worker 0: learning_rate 0.5 there, 0.02"),
        (
            ["--workdir={tmp}/elsewhere"],
            "{tmp}/{chief}/workers.json, which worker 0 wrote, is not visible on worker 1",
        ),
    ],
)
def test_workers_that_do_not_match_end_with_the_same_line(start, tmp_path, flags, words):
    of_second = [flag.format(tmp=tmp_path) for flag in flags]
    chief, other = start("work", "--epochs=1", "--collective_timeout=4", of_second=of_second)
    assert (chief.status(), other.status()) == (1, 1)
    expected = words.format(tmp=tmp_path, chief="work", host=socket.gethostname())
    assert "error: " in chief.shown.splitlines()[-1]
    assert expected in chief.shown.splitlines()[-1]
    assert "error: " in other.shown.splitlines()[-1]


def test_a_batch_size_that_workers_cannot_share_is_named(start):
    for worker in start("work", "--epochs=1", "--batch_size=9"):
        assert worker.status() == 1
        assert "--batch_size=9 is of all 2 devices together" in worker.shown
        assert "a multiple of 2, such as 10" in worker.shown


def test_a_dry_run_reports_what_every_worker_needs(start, tmp_path):
    for worker in start("work", "--epochs=2", "--dry_run"):
        assert worker.status() == 0, worker.shown
        assert "GiB at the most, on the largest batch" in worker.shown
        assert "training    about 0:0" in worker.shown
    assert not (tmp_path / "work").exists()
