"""What reads shards learns that they are not those that were built: before it begins, beside it, or when it ends."""

import threading
import time
from pathlib import Path

import pytest
import tensorflow as tf

from ner.data import integrity, verification
from ner.data.tfrecord import DamagedShardError, frame, read_records
from ner.data.verification import Verification, verify_while_reading


def reverse(path: Path) -> None:
    """As many bytes, every record whole, but not the shard that was built."""
    path.write_bytes(b"".join(map(frame, reversed(list(read_records(str(path)))))))


def shard_of(records, split="train"):
    return Path(records[1].shard_paths(records[0], split)[1])


def test_a_wrong_shard_is_noticed_before_the_first_step(records):
    reverse(shard_of(records))
    folder, dataset = records
    with (
        pytest.raises(DamagedShardError, match=r"train-00001-of-00003\.tfrecord: every record is whole, but"),
        verify_while_reading(dataset, folder, "train") as shards,
    ):
        shards.wait(60)
        pytest.fail("went on")


def test_shards_of_another_split_are_not_asked_for(records):
    reverse(shard_of(records, "test"))
    with verify_while_reading(records[1], records[0], "train"):
        pass


def test_a_shard_replaced_after_it_was_verified_is_noticed_by_the_end(records):
    with (
        pytest.raises(DamagedShardError, match=r"train-00001-of-00003\.tfrecord: every record is whole, but"),
        verify_while_reading(records[1], records[0], "train") as shards,
    ):
        shards.wait(60)
        reverse(shard_of(records))
        shards.check()


def test_a_shard_replaced_during_a_long_run_stops_it(records, monkeypatch):
    monkeypatch.setattr(verification, "LOOK_AGAIN_SECONDS", 0.01)
    with (
        pytest.raises(DamagedShardError, match=r"train-00001-of-00003\.tfrecord: every record is whole, but"),
        verify_while_reading(records[1], records[0], "train") as shards,
    ):
        shards.wait(60)
        reverse(shard_of(records))
        while True:
            shards.check()
            time.sleep(0.01)


def test_a_shard_is_read_again_only_if_it_changed(records, hashed):
    with Verification(records[1], records[0], "train") as shards:
        shards.complete()
        shards.complete()
        path = shard_of(records)
        path.write_bytes(path.read_bytes())
    assert sorted(hashed) == sorted([*(shard.file for shard in records[1].split("train").shards), path.name])


@pytest.fixture
def hashed(monkeypatch):
    """Names of the shards that are hashed."""
    names = []

    def note(path, *others):
        names.append(Path(path).name)
        integrity.check_shard(path, *others)

    monkeypatch.setattr(verification, "check_shard", note)
    return names


def test_processes_share_out_the_shards(records, hashed):
    folder, dataset = records
    for index in range(2):
        with verify_while_reading(dataset, folder, "train", index=index, count=2):
            pass
    assert sorted(hashed) == [shard.file for shard in dataset.split("train").shards]


def test_a_shard_that_was_verified_before_is_not_read_again(records, hashed):
    folder, dataset = records
    verified = {}
    for _ in range(2):
        with verify_while_reading(dataset, folder, "test", verified=verified):
            pass
    assert hashed == [shard.file for shard in dataset.split("test").shards]


@pytest.fixture
def slow(monkeypatch):
    """Shards whose reading never ends; set when it has begun."""
    begun = threading.Event()

    def read_forever(path, shard, dataset, on_block):
        begun.set()
        while True:
            on_block()
            time.sleep(0.01)

    monkeypatch.setattr(verification, "check_shard", read_forever)
    yield begun
    assert "verify train" not in {thread.name for thread in threading.enumerate()}


def test_a_run_that_has_to_leave_does_not_wait(records, slow):
    with verify_while_reading(records[1], records[0], "train") as shards:
        slow.wait()
        shards.wait(0.01)
        shards.waive()


def test_an_error_does_not_wait(records, slow):
    with pytest.raises(KeyError), verify_while_reading(records[1], records[0], "train"):
        slow.wait()
        raise KeyError


@pytest.fixture
def named(monkeypatch):
    """The shards that were read to name a damaged one; not those that the thread reads."""
    read = []

    def note(path, shard, dataset, *on_block):
        if not on_block:
            read.append(Path(path).name)

    monkeypatch.setattr(verification, "check_shard", note)
    return read


@pytest.mark.parametrize("kind", ["Unavailable", "Aborted", "Cancelled", "DeadlineExceeded", "Internal", "Unknown"])
def test_a_lost_worker_is_not_taken_for_a_damaged_shard(records, named, kind):
    error = getattr(tf.errors, f"{kind}Error")(None, None, "Socket closed")
    with pytest.raises(type(error)) as caught, verify_while_reading(records[1], records[0], "train"):
        raise error
    assert caught.value is error
    assert not named


@pytest.mark.parametrize("kind", ["DataLoss", "NotFound", "PermissionDenied", "FailedPrecondition", "InvalidArgument"])
def test_an_error_about_data_reads_every_shard_again(records, named, kind):
    error = getattr(tf.errors, f"{kind}Error")(None, None, "corrupted record")
    with pytest.raises((type(error), DamagedShardError)), verify_while_reading(records[1], records[0], "train"):
        raise error
    assert named == [shard.file for shard in records[1].split("train").shards]


@pytest.mark.parametrize("kind", ["DataLoss", "NotFound", "FailedPrecondition"])
def test_a_shard_that_is_whole_but_could_not_be_read_has_a_remedy(records, kind):
    message = f"{records[0]}: a shard of train could not be read .*no disk.*, although all are whole now; run it again"
    with pytest.raises(DamagedShardError, match=message), verify_while_reading(records[1], records[0], "train"):
        raise getattr(tf.errors, f"{kind}Error")(None, None, "no disk")
