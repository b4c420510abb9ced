"""Whether a shard is the one that was built, byte for byte, and what is wrong with it where it is not."""

import hashlib
from collections.abc import Callable

from ner import files
from ner.data.dataset import FILE_NAME, Dataset, Shard
from ner.data.tfrecord import DamagedShardError, read_records

_READ_BYTES = 1 << 20


def check_shard(path: str, shard: Shard, dataset: Dataset, on_block: Callable[[], object] = lambda: None) -> None:
    """Raises `DamagedShardError`, naming the shard and where possible the record, unless its SHA-256 is the one built.

    `on_block` is called after each megabyte; what it raises ends the reading.
    """
    try:
        sha256 = size_and_sha256(path, on_block)[1]
        fault = None if sha256 == shard.sha256 else _fault(path, sha256, shard, dataset)
    except FileNotFoundError:
        fault = "the shard is missing"
    except OSError as error:
        fault = f"the shard cannot be read ({error.strerror or error})"
    if fault is not None:
        raise DamagedShardError(f"{path}: {fault}; copy the records again, or build them again")


def size_and_sha256(path: str, on_block: Callable[[], object] = lambda: None) -> tuple[int, str]:
    """Length in bytes and SHA-256 of a file. Raises OSError where it cannot be read."""
    digest, size_bytes = hashlib.sha256(), 0
    with files.open_file(path) as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
            size_bytes += len(block)
            on_block()
    return size_bytes, digest.hexdigest()


def shard_with_content(dataset: Dataset, sha256: str) -> str | None:
    """The name of a shard that was built with that SHA-256, of any split; None where there is none."""
    shards = (shard for split in dataset.splits.values() for shard in split.shards)
    return next((shard.file for shard in shards if shard.sha256 == sha256), None)


def _fault(path: str, sha256: str, shard: Shard, dataset: Dataset) -> str:
    """What is wrong with a shard whose SHA-256 differs. Raises `DamagedShardError` that names a damaged record."""
    if (other := shard_with_content(dataset, sha256)) is not None:
        return f"it holds the content of {other}: shards were mixed up"
    records = sum(1 for _ in read_records(path, dataset.compression))
    if records < shard.records:
        return f"record {records}: missing, and all after it: {FILE_NAME} says {shard.records:,} records"
    if records > shard.records:
        return f"record {shard.records}: one too many: {FILE_NAME} says {shard.records:,} records, found {records:,}"
    return f"every record is whole, but the SHA-256 is not the one in {FILE_NAME}: the shard is of another build"
