"""Failures of a run that its user can act on: a NaN loss, and memory or a disk that is not enough."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from ner import files
from ner.errors import InputError
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir

_ADVICE = "lower --learning_rate or --clip_norm, or raise --warmup_steps; checkpoints are from before that"


def stop_at_bad_batch(number: int, batches: tf.data.Dataset, work: WorkDir | None) -> None:
    """Raises `InputError` about batch `number` of the run, the first of `batches`, which is written into `work` before.

    Without `work`, another worker writes it.
    """
    if work is None:
        raise InputError(f"NaN or infinite loss or gradient in batch {number}; see the error of worker 0")
    char_ids, labels, *_ = next(batches.take(1).as_numpy_iterator())
    path = files.join(work.path, f"bad-batch-{number:08d}.npz")
    checkpoints.write_arrays(path, {"char_ids": char_ids, "labels": labels})
    raise InputError(
        f"NaN or infinite loss or gradient in batch {number}; its char_ids and labels are in {path}, and it changed no "
        f"weight; {_ADVICE}"
    )


@contextmanager
def explain_out_of_memory(step: int) -> Iterator[None]:
    """Context manager that turns TensorFlow's out-of-memory error into an `InputError` with the remedy."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise InputError(
            f"out of memory at step {step}: lower --batch_size or --max_batch_characters, and raise --accumulate_steps "
            f"for the same update, in another --workdir ({error.message})"
        ) from None


@contextmanager
def explain_full_disk() -> Iterator[None]:
    """Context manager that turns the OSError of a full disk or quota into an `InputError` with the remedy."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        where = f"{error.filename}: " if error.filename else ""
        raise InputError(
            f"{where}{error.strerror}; make room, and the same command resumes from the latest checkpoint"
        ) from error
