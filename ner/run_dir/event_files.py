"""Removes records from TensorBoard event files: all after the step of a checkpoint, or those of one step.

An event file holds TFRecords of `Event` messages in the order of writing. Every start of a run begins a new one.
"""

import contextlib
import os

from google.protobuf.message import DecodeError
from tensorboard.compat.proto.event_pb2 import Event

from ner import files
from ner.data.tfrecord import FRAME_BYTES, DamagedShardError, frame, read_records

_MARK = ".tfevents."  # in the name of every event file


def rewind(folder: str, step: int) -> int:
    """Removes all records after `step` from the event files of a run's folder; returns their number.

    So a run that was killed and resumes from the checkpoint of `step` has the same curves as one that was not. Each
    file is cut before its first record of a later step, or before one that is damaged, such as the unfinished one that
    SIGKILL leaves. A file that would be empty is removed; a missing folder is no error. What each start writes at step
    0 (layout, settings) is the head of its file and never follows a later step. Raises OSError where a file cannot be
    read or cut.

    Every file is cut by its own steps alone, so the order in which files were written does not matter: names tell it
    only to the second, and clocks of two machines differ.

    Local files are cut in place, because a TensorBoard that reads them never reads back: it is not disturbed, and drops
    what it has read of later steps when the first new ones come (its loader in Python, `--load_fast=false`, keeps them
    until it is restarted). Records written to a new file would be read twice.
    """
    return sum(_cut(path, step) for path in _event_files(folder))


def remove_step(folder: str, step: int) -> int:
    """Removes the records of `step` from the event files of a run's folder; returns their number.

    So what is written next is the only evaluation of its step: TensorBoard's loader in Python shows the first one. (It
    shows what it has read until it is restarted; the fast loader replaces it.) A file without a record after step 0 is
    removed, because it holds nothing but the layout that every start writes; a missing folder is no error. Raises
    OSError where a file cannot be read or written.
    """
    return sum(_without_step(path, step) for path in _event_files(folder))


def _event_files(folder: str) -> list[str]:
    if not files.exists(folder):
        return []
    files.remove_unfinished(folder)  # of a file that was being written anew: TensorBoard would read it too
    return [files.join(folder, name) for name in files.list_folder(folder) if _MARK in name]


def _without_step(path: str, step: int) -> int:
    kept, steps, removed = [], [], 0
    with contextlib.suppress(DamagedShardError, DecodeError):  # TensorBoard does not read on there either
        for payload in read_records(path):
            event = Event.FromString(payload)
            if event.step == step and event.HasField("summary"):
                removed += 1
            else:
                kept.append(payload)
                steps.append(event.step)
    if not removed:
        return 0
    if any(steps):
        files.write_atomically(path, b"".join(map(frame, kept)))
    else:
        files.remove(path)
    return removed


def _cut(path: str, step: int) -> int:
    kept_bytes, removed = _measure(path, step)
    if not removed:
        return 0
    if not kept_bytes:
        files.remove(path)
    elif files.is_remote(path):
        with files.open_file(path) as file:
            content = file.read(kept_bytes)
        files.write_atomically(path, content)
    else:
        os.truncate(path, kept_bytes)
    return removed


def _measure(path: str, step: int) -> tuple[int, int]:
    """Bytes of the records up to `step`, and the number of records after it; an unreadable end counts as one."""
    kept_bytes = removed = 0
    try:
        for payload in read_records(path):
            if removed or Event.FromString(payload).step > step:
                removed += 1
            else:
                kept_bytes += FRAME_BYTES + len(payload)
    except (DamagedShardError, DecodeError):
        removed += 1
    return kept_bytes, removed
