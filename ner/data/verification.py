"""Shards are verified beside what reads them, so that no report and no finished run comes from other bytes than built.

TensorFlow notices a damaged record when it reads it. It does not notice a shard that was cut between two records, or
one of another build: all its checksums are right. Only the SHA-256 in `dataset.json` tells, which takes a read of all
bytes; a thread does that while the first batches are already in use.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ner import files
from ner.data.dataset import Dataset
from ner.data.id_range import NOT_KNOWN
from ner.data.integrity import check_shard
from ner.data.tfrecord import DamagedShardError

LOOK_AGAIN_SECONDS = 30.0  # how long a shard that is replaced during a run may stay unnoticed


class Verification:
    """The shards of one split, each verified when first seen and again when its size, time or inode has changed.

    Process `index` of `count` verifies every `count`-th shard. `verified` holds the signatures of shards that need not
    be read again unless they changed, and is added to.
    """

    def __init__(
        self,
        dataset: Dataset,
        folder: str,
        split: str,
        *,
        index: int = 0,
        count: int = 1,
        verified: dict[str, files.Signature] | None = None,
    ) -> None:
        self._dataset = dataset
        shards = zip(dataset.shard_paths(folder, split), dataset.split(split).shards, strict=True)
        self._shards = list(shards)[index::count]
        self._verified = {} if verified is None else verified
        self._error: Exception | None = None
        self._waived = False
        self._first_pass, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"verify {split}", daemon=True)

    def check(self) -> None:
        """Raises the `DamagedShardError` of what has been found so far; does not wait."""
        if self._error is not None:
            raise self._error

    def wait(self, seconds: float) -> None:
        """Waits until every shard has been verified once, at most `seconds`; raises as `check`."""
        self._first_pass.wait(seconds)
        self.check()

    def complete(self) -> None:
        """Waits until every shard, as it is now, has been verified; raises as `check`."""
        self._first_pass.wait()
        self.check()
        self._verify_changed()

    def waive(self) -> None:
        """Lets the block end without waiting: for a run that has to leave now and will start with it again."""
        self._waived = True

    def _watch(self) -> None:
        try:
            while not self._stopped.is_set():
                self._verify_changed()
                self._first_pass.set()
                self._stopped.wait(LOOK_AGAIN_SECONDS)
        except _StoppedError:
            pass
        except Exception as error:  # for the thread that asks
            self._error = error
        finally:
            self._first_pass.set()

    def _verify_changed(self) -> None:
        for path, shard in self._shards:
            signature = files.signature(path)
            if signature is None or signature != self._verified.get(path):
                check_shard(path, shard, self._dataset, self._raise_if_stopped)
                if signature is not None:
                    self._verified[path] = signature

    def _raise_if_stopped(self) -> None:
        if self._stopped.is_set():
            raise _StoppedError

    def __enter__(self) -> "Verification":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None and not self._waived:
                self.complete()
        finally:
            self._stopped.set()
            self._thread.join()


class _StoppedError(Exception):
    """Nobody waits for the rest of a verification."""


@contextmanager
def verify_while_reading(dataset: Dataset, folder: str, split: str, **share: Any) -> Iterator[Verification]:
    """Context manager that verifies a split while the block reads it; leaving it waits for the last shard's SHA-256.

    `share` (`index` and `count`, `verified`) is what `Verification` takes.

    Raises `DamagedShardError`, naming the shard and where possible the record, also in place of TensorFlow's errors on
    damaged data. Its other errors pass at once, without reading the split again: after a lost connection to another
    worker, every second counts. A long loop calls `check()` on the `Verification` that this yields.
    """
    import tensorflow as tf

    try:
        with Verification(dataset, folder, split, **share) as verification:
            yield verification
    except (
        tf.errors.DataLossError,
        tf.errors.NotFoundError,
        tf.errors.PermissionDeniedError,
        tf.errors.FailedPreconditionError,
        tf.errors.InvalidArgumentError,  # a record that cannot be parsed, or an id out of range
        UnicodeDecodeError,  # where TensorFlow's message quotes a record
    ) as error:
        for path, shard in zip(dataset.shard_paths(folder, split), dataset.split(split).shards, strict=True):
            check_shard(path, shard, dataset)
        if NOT_KNOWN in str(error):
            raise DamagedShardError(
                f"{folder}: {split}: a record holds an {NOT_KNOWN}, although the shards are those it names; "
                "build the records again"
            ) from error
        if isinstance(error, (tf.errors.DataLossError, tf.errors.NotFoundError, tf.errors.FailedPreconditionError)):
            raise DamagedShardError(
                f"{folder}: a shard of {split} could not be read ({error}), although all are whole now; run it again, "
                "and where it fails again look at the disk or the network file system"
            ) from error
        raise
