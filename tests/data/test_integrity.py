import errno
from pathlib import Path

import pytest

from ner import files
from ner.data.integrity import check_shard, shard_with_content, size_and_sha256
from ner.data.tfrecord import DamagedShardError, frame, read_records


def first_shard(records):
    folder, dataset = records
    return Path(dataset.shard_paths(folder, "train")[0]), dataset.split("train").shards[0], dataset


def test_size_and_sha256_are_those_that_dataset_json_has(records):
    path, shard, dataset = first_shard(records)
    assert size_and_sha256(str(path)) == (shard.bytes, shard.sha256)
    assert shard_with_content(dataset, shard.sha256) == shard.file
    assert shard_with_content(dataset, "0" * 64) is None
    check_shard(str(path), shard, dataset)


def test_check_shard_says_what_is_wrong_and_what_to_do(records):
    path, shard, dataset = first_shard(records)
    payloads = list(read_records(str(path)))
    remedy = "; copy the records again, or build them again"
    for damaged, message in (
        (payloads[:5], "record 5: missing, and all after it: dataset.json says 13 records"),
        (payloads[:5] + payloads, "record 13: one too many: dataset.json says 13 records, found 18"),
        (
            payloads[::-1],
            "every record is whole, but the SHA-256 is not the one in dataset.json: the shard is of another",
        ),
        (list(read_records(f"{path}".replace("00000", "00001", 1))), "it holds the content of train-00001-of-00003"),
    ):
        path.write_bytes(b"".join(map(frame, damaged)))
        with pytest.raises(DamagedShardError) as raised:
            check_shard(str(path), shard, dataset)
        assert str(raised.value).startswith(f"{path}: {message}")
        assert str(raised.value).endswith(remedy)
    path.unlink()
    with pytest.raises(DamagedShardError, match=r"train-00000-of-00003\.tfrecord: the shard is missing"):
        check_shard(str(path), shard, dataset)


def test_check_shard_names_a_shard_that_cannot_be_read(records, monkeypatch):
    path, shard, dataset = first_shard(records)

    def fail(*_):
        raise OSError(errno.EIO, "Input/output error", str(path))

    monkeypatch.setattr(files, "open_file", fail)
    with pytest.raises(DamagedShardError, match=r"tfrecord: the shard cannot be read \(Input/output error\)"):
        check_shard(str(path), shard, dataset)
