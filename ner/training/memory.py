"""Memory of a run: kept in the process once freed, and named where it is not enough."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from ner.errors import InputError

# Parameters of glibc's mallopt(3).
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_LARGEST_MMAP_THRESHOLD = 32 << 20


def keep_freed_memory() -> bool:
    """Whether the C library was told to keep up to 2 GiB of what is freed; only glibc (most Linux systems) can.

    The tensors of a step are freed at its end. As it comes, glibc gives them back to the system, and the next step's
    first touch of each page is a fault.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    values = {_M_TRIM_THRESHOLD: 2**31 - 1, _M_TOP_PAD: 64 << 20, _M_MMAP_THRESHOLD: _LARGEST_MMAP_THRESHOLD}
    return all(mallopt(parameter, value) == 1 for parameter, value in values.items())


@contextmanager
def explain_out_of_memory(step: int) -> Iterator[None]:
    """Within it TensorFlow computes; where memory is not enough, an `InputError` says what to do."""
    try:
        yield
    except tf.errors.ResourceExhaustedError as error:
        raise InputError(
            f"out of memory at step {step}: lower --batch_size or --max_batch_characters, and raise --accumulate_steps "
            f"for the same update, in another --workdir ({error.message})"
        ) from None
