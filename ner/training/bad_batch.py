"""The end of a run whose loss is no number, with the batch at fault."""

from ner.errors import InputError
from ner.records import files
from ner.training import checkpoints
from ner.training.step import TrainingStep
from ner.training.workdir import WorkFolder

_ADVICE = "lower --learning_rate or --clip_norm, or raise --warmup_steps; the latest checkpoint is from before that"


def stop_at_bad_batch(step: TrainingStep, work: WorkFolder) -> None:
    """Raises `InputError`, and writes the batch into the work folder, where one gave no finite loss or gradient."""
    bad = step.bad_batch()
    if bad is None:
        return
    path = files.join(work.path, f"bad-batch-{bad.number:08d}.npz")
    checkpoints.write_arrays(path, {"char_ids": bad.char_ids, "labels": bad.labels})
    raise InputError(
        f"the loss or the gradient of batch {bad.number} is no number; its char_ids and labels are in {path}, and no "
        f"weight was changed by it; {_ADVICE}"
    )
