"""Memory that a step frees is kept for the next one."""

import ctypes

# Parameters of glibc's mallopt(3).
_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_THRESHOLD = -1, -2, -3
_LARGEST_MMAP_THRESHOLD = 32 << 20


def keep_freed_memory() -> bool:
    """Makes the C library keep up to 2 GiB of freed memory; False where it cannot: only glibc (most Linux systems) can.

    The tensors of a step are freed at its end. By default, glibc returns them to the system, and the next step's first
    access to each page is a fault.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    values = {_M_TRIM_THRESHOLD: 2**31 - 1, _M_TOP_PAD: 64 << 20, _M_MMAP_THRESHOLD: _LARGEST_MMAP_THRESHOLD}
    return all(mallopt(parameter, value) == 1 for parameter, value in values.items())
