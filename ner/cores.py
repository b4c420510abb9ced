"""How many processor cores there are to use."""

import os


def available_cores() -> int:
    """The cores that this process may run on, 1 or more."""
    if hasattr(os, "sched_getaffinity"):  # Linux: a scheduler may have given it some of the machine's
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
