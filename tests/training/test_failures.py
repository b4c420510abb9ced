import errno

import numpy as np
import pytest
import tensorflow as tf

from ner.errors import InputError
from ner.run_dir.workdir import WorkDir
from ner.training.failures import explain_full_disk, explain_out_of_memory, stop_at_bad_batch


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize(
    ("names", "shown"), [(["a.npz"], "^a.npz: no room; make room, and the same"), ([], "^no room; ")]
)
def test_a_full_disk_is_answered_with_what_to_do(number, names, shown):
    with pytest.raises(InputError, match=shown), explain_full_disk():
        raise OSError(number, "no room", *names)


def test_another_error_stays_what_it_is():
    with pytest.raises(PermissionError), explain_full_disk():
        raise PermissionError(errno.EACCES, "denied", "a.npz")


def test_memory_that_is_not_enough_is_answered_with_what_to_do():
    advice = r"^out of memory at step 7: lower --batch_size or .* raise --accumulate_steps .* \(no room on GPU\)$"
    with pytest.raises(InputError, match=advice), explain_out_of_memory(7):
        raise tf.errors.ResourceExhaustedError(None, None, "no room on GPU")


def test_a_bad_batch_is_written_by_the_chief_and_named_by_all(tmp_path):
    batches = tf.data.Dataset.from_tensors((tf.constant([[2, 3]]), tf.constant([[0, 1]])))
    with pytest.raises(InputError, match=r"NaN or infinite loss or gradient in batch 5; its char_ids .*-00000005\.npz"):
        stop_at_bad_batch(5, batches, WorkDir(str(tmp_path)))
    with np.load(tmp_path / "bad-batch-00000005.npz") as bad:
        assert (bad["char_ids"].tolist(), bad["labels"].tolist()) == ([[2, 3]], [[0, 1]])
    with pytest.raises(InputError, match="NaN or infinite loss or gradient in batch 5; see the error of worker 0"):
        stop_at_bad_batch(5, batches, None)
