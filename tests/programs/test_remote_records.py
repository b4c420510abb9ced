"""Records and work folders where only TensorFlow's file systems reach: `ram://` is one that needs no network."""

import gzip
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from data_tools.inspection.verify import inspect_records
from ner import files
from ner.config import Config, ModelConfig
from ner.data import dataset as records_dataset
from ner.data.batches import evaluation_batches, training_batches
from ner.data.tfrecord import DamagedShardError, read_records
from ner.data.verification import verify_while_reading
from ner.errors import InputError
from ner.inference import split_evaluation
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir
from ner.signals import RUN_AGAIN, StopRequests
from ner.training import launch
from ner.training_config import TrainingConfig

NUMBERS = itertools.count()


@pytest.fixture
def remote(records):
    """The records of `records` in a new folder of TensorFlow's memory."""
    folder = f"ram://records-{next(NUMBERS)}/of/a/run"
    files.make_folders(folder)
    for path in Path(records[0]).iterdir():
        files.write_atomically(files.join(folder, path.name), path.read_bytes())
    return folder, records[1]


@pytest.fixture
def outside():
    """A new folder of TensorFlow's memory."""
    folder = f"ram://files-{next(NUMBERS)}"
    files.make_folders(folder)
    return folder


def test_a_remote_file_is_written_whole_and_read_like_a_local_one(outside):
    path = files.join(outside, "a.txt")
    for text, lines in ("Öre\nis\n", ["Öre\n", "is\n"]), ("Öre\n\nis more", ["Öre\n", "\n", "is more"]):
        files.write_atomically(path, text.encode())
        with files.open_file(path, "r") as file:
            assert list(file) == lines
        with files.open_file(path) as file:
            assert list(file) == [line.encode() for line in lines]
            file.seek(-2, 2)
            assert (file.tell(), file.read()) == (len(text.encode()) - 2, text.encode()[-2:])
        assert files.size_bytes(path) == len(text.encode())
        assert files.signature(path)[0] == len(text.encode())
    assert files.list_folder(outside) == ["a.txt"]
    files.remove(path)
    assert not files.exists(path)
    assert files.signature(path) is None


def test_what_reads_files_reads_remote_ones(outside):
    path = files.join(outside, "numbers")
    with files.open_file(path, "wb") as file:
        np.save(file, np.arange(500_000))
    with files.open_file(path) as file:
        np.testing.assert_array_equal(np.load(file), np.arange(500_000))
    files.write_atomically(path, gzip.compress(b"packed" * 500_000))
    with files.open_file(path) as file, gzip.open(file) as unpacked:
        assert unpacked.read() == b"packed" * 500_000


@pytest.mark.parametrize(
    "use",
    [
        lambda path: files.open_file(path).read(),
        files.size_bytes,
        files.list_folder,
        files.remove,
    ],
)
def test_what_is_missing_is_the_error_that_a_local_file_gives(outside, use):
    path = files.join(outside, "nowhere")
    with pytest.raises(FileNotFoundError) as raised:
        use(path)
    assert raised.value.filename == path


def test_a_scheme_that_tensorflow_does_not_know_is_named():
    with pytest.raises(OSError, match="File system scheme 'nowhere' not implemented"):
        records_dataset.load("nowhere://records")
    with pytest.raises(InputError, match="ram://nowhere: no such folder; name a folder"):
        records_dataset.load("ram://nowhere")


def test_remote_records_are_read_like_local_ones(records, remote):
    folder, dataset = remote
    assert records_dataset.load(folder) == dataset
    records_dataset.check_sizes(dataset, folder, tuple(dataset.splits))
    for far, near in zip(dataset.shard_paths(folder, "train"), dataset.shard_paths(records[0], "train"), strict=True):
        assert list(read_records(far)) == list(read_records(near))
    batches = [list(training_batches(dataset, at, batch_size=16, seed=1).take(3)) for at in (folder, records[0])]
    for far, near in zip(*batches, strict=True):
        np.testing.assert_array_equal(far[0], near[0])
        np.testing.assert_array_equal(far[1], near[1])
    with verify_while_reading(dataset, folder, "test"):
        texts = [batch.text for batch in evaluation_batches(dataset, folder, "test", 4)]
    assert sum(map(len, texts)) == 10
    inspection = inspect_records(folder, num_shown=1, workers=1)
    assert inspection.damage == []
    assert inspection.found["train"].stats.sentences == 40


def test_damage_of_remote_records_is_named(remote):
    folder, dataset = remote
    path = dataset.shard_paths(folder, "train")[1]
    with files.open_file(path) as file:
        content = bytearray(file.read())
    content[-10] ^= 1
    files.write_atomically(path, bytes(content))
    message = rf"^{path}: record \d+: the checksum of the record's data does not match"
    with pytest.raises(DamagedShardError, match=message), verify_while_reading(dataset, folder, "train"):
        list(training_batches(dataset, folder, batch_size=8, seed=0).take(5))
    assert [line for line in inspect_records(folder, workers=1).damage if line.startswith(f"{path}: record ")]
    files.remove(path)
    with pytest.raises(DamagedShardError, match=f"{path}: the shard is missing"):
        records_dataset.check_sizes(dataset, folder, ("train",))
    with pytest.raises(DamagedShardError, match=f"{path}: the shard is missing"):
        list(read_records_of(dataset, folder))
    assert inspect_records(folder, workers=1).damage == [f"{path}: the shard is missing"]


def read_records_of(dataset, folder):
    with verify_while_reading(dataset, folder, "train"):
        yield from training_batches(dataset, folder, batch_size=8, seed=0)


class StopAtOnce(StopRequests):
    """Asks to stop after the first step."""

    def __init__(self):
        super().__init__()
        self.exit_code = RUN_AGAIN


def test_a_run_in_a_remote_work_folder_stops_carries_on_and_is_evaluated(remote, outside, capsys):
    folder, dataset = remote
    model = ModelConfig(embedding_size=4, lstm_units=6, lstm_layers=1)
    config = Config(model=model, training=TrainingConfig(epochs=2, batch_size=8, log_every=2, oversample=0.5))
    work = WorkDir(files.join(outside, "work"))
    for stop, done in (StopAtOnce(), False), (StopRequests(), True):
        assert work.prepare(config, dataset, folder) == []
        run = launch.make_trainer(launch.RunSpec(config, dataset, folder, work, []))
        assert run.resume() == done
        assert run.train(stop) == done
    work.check_trained()
    with files.open_file(files.join(work.path, "result.json")) as file:
        assert json.load(file)["steps"] == 10
    assert files.list_folder(work.checkpoints) == ["best.npz", "step-00000005.npz", "step-00000010.npz"]
    assert files.list_folder(work.logs) == ["train", "validation"]
    split_evaluation.evaluate(work, dataset, folder, "test", batch_size=8, decoding="viterbi")
    assert {"test.json", "test.txt"} <= set(files.list_folder(work.reports))
    assert files.list_folder(work.logs) == ["test", "train", "validation"]
    assert "test: step" in capsys.readouterr().out


def test_a_damaged_remote_checkpoint_falls_back_to_the_one_before(outside, capsys):
    for step in 1, 2:
        checkpoint = checkpoints.Checkpoint({"a": np.arange(step)}, {"step": step})
        checkpoints.save_step(outside, step, checkpoint, keep=2)
    files.write_atomically(files.join(outside, "step-00000002.npz"), b"no checkpoint")
    assert checkpoints.load_latest(outside).state == {"step": 1}
    assert "not a readable checkpoint" in capsys.readouterr().err
    with pytest.raises(InputError, match=r"ram://.*nothing\.npz: not a readable checkpoint"):
        checkpoints.load(files.join(outside, "nothing.npz"))
