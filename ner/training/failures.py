"""The end of a run whose loss is no number, with the batch at fault."""

import tensorflow as tf

from ner import files
from ner.errors import InputError
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir

_ADVICE = "lower --learning_rate or --clip_norm, or raise --warmup_steps; the latest checkpoint is from before that"


def stop_at_bad_batch(number: int, batches: tf.data.Dataset, work: WorkDir | None) -> None:
    """Raises `InputError`; the first of `batches`, number `number` of the run, is written into `work` before.

    Without `work`, another worker does that.
    """
    if work is None:
        raise InputError(f"the loss or the gradient of batch {number} is no number; see what worker 0 says")
    [char_ids, labels] = next(batches.take(1).as_numpy_iterator())
    path = files.join(work.path, f"bad-batch-{number:08d}.npz")
    checkpoints.write_arrays(path, {"char_ids": char_ids, "labels": labels})
    raise InputError(
        f"the loss or the gradient of batch {number} is no number; its char_ids and labels are in {path}, and no "
        f"weight was changed by it; {_ADVICE}"
    )
