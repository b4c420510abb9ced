import errno
import json
import os
import re
import socket
import subprocess
import sys
import time

import pytest

from ner.errors import InputError
from ner.run_dir import lock
from ner.run_dir.lock import lock_for_training

HELD = rf"another training writes here: process {os.getpid()} on {re.escape(socket.gethostname())}, since 20\d\d-"


@pytest.fixture
def without_locks(monkeypatch):
    """The file system has no locks, as Lustre may have none, and waiting is short."""

    def flock(descriptor, operation):
        raise OSError(errno.ENOSYS, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", flock)
    monkeypatch.setattr(lock, "RENEW_SECONDS", 0.02)
    monkeypatch.setattr(lock, "SETTLE_SECONDS", 0.01)
    monkeypatch.setattr(lock, "ABANDONED_SECONDS", 0.5)


def pretend_to_hold(path, host, process):
    path.write_text(json.dumps({"host": host, "process": process, "since": "2026-01-01 00:00:00 UTC", "token": "t"}))


def test_a_second_training_is_refused_with_the_first_one_named(tmp_path):
    folder = str(tmp_path / "work")
    remedy = "wait for its end or stop it there, or use another --workdir"
    with lock_for_training(folder), pytest.raises(InputError, match=f"{HELD}.*{remedy}"), lock_for_training(folder):
        pass
    with lock_for_training(folder):
        pass


def test_the_lock_of_a_killed_process_is_free(tmp_path):
    code = "import sys, time\nfrom ner.run_dir.lock import lock_for_training\n"
    code += f"with lock_for_training({str(tmp_path)!r}):\n    print('held', flush=True)\n    time.sleep(60)\n"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(InputError, match=f"process {other.pid} on "), lock_for_training(str(tmp_path)):
            pass
        other.kill()
    with lock_for_training(str(tmp_path)):
        pass


def test_a_token_that_is_renewed_refuses_a_second_training(tmp_path, without_locks, monkeypatch):
    monkeypatch.setattr(lock, "ABANDONED_SECONDS", 60.0)  # renewed long before, on a busy machine too
    with lock_for_training(str(tmp_path)):
        monkeypatch.setattr(lock, "_ended", lambda holder: False)  # the second training is no other process here
        with pytest.raises(InputError, match=HELD), lock_for_training(str(tmp_path)):
            pass
    assert not list(tmp_path.iterdir())


def test_a_token_is_whole_whenever_it_is_read(tmp_path, without_locks, monkeypatch):
    monkeypatch.setattr(lock, "RENEW_SECONDS", 0.0001)
    with lock_for_training(str(tmp_path)):
        token = tmp_path / lock.FILE_NAME
        assert all(json.loads(token.read_bytes())["process"] == os.getpid() for _ in range(3000))


def test_a_token_that_is_not_renewed_is_taken_over(tmp_path, without_locks):
    pretend_to_hold(tmp_path / lock.FILE_NAME, "another-host", 7)
    before = time.monotonic()
    with lock_for_training(str(tmp_path)):
        assert time.monotonic() - before >= 0.5
        assert json.loads((tmp_path / lock.FILE_NAME).read_text())["process"] == os.getpid()


@pytest.mark.parametrize("process", [os.getpid(), 2**22 + 1], ids=["restarted container", "ended process"])
def test_a_token_of_an_ended_process_of_this_host_is_taken_over_at_once(tmp_path, without_locks, monkeypatch, process):
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    pretend_to_hold(tmp_path / lock.FILE_NAME, socket.gethostname(), process)
    with lock_for_training(str(tmp_path)):
        assert slept == [lock.SETTLE_SECONDS]


def test_of_two_that_come_at_once_the_one_that_wrote_last_trains(tmp_path, without_locks, monkeypatch):
    def be_overtaken(seconds):
        assert json.loads((tmp_path / lock.FILE_NAME).read_text())["process"] == os.getpid()
        pretend_to_hold(tmp_path / lock.FILE_NAME, "another-host", 7)

    monkeypatch.setattr("time.sleep", be_overtaken)
    with (
        pytest.raises(InputError, match="process 7 on another-host, since 2026-01-01"),
        lock_for_training(str(tmp_path)),
    ):
        pass


def test_the_program_is_refused_before_it_changes_anything(tmp_path, records):
    work = tmp_path / "work"
    command = [sys.executable, "-m", "ner.train", f"--records={records[0]}", f"--workdir={work}", "--cluster=none"]
    with lock_for_training(str(work)):
        done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 1
    assert re.search(f"error: .*/work: {HELD}", done.stderr)
    assert [path.name for path in work.iterdir()] == [lock.FILE_NAME]
