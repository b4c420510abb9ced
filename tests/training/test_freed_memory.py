import resource

import pytest

from ner.training.freed_memory import keep_freed_memory
from tests.forked import fork_server


def count_faults(answer, keep):
    """Sends the page faults of a round of allocations after others; None where memory cannot be kept."""
    if keep and not keep_freed_memory():
        return answer.send(None)
    for _ in range(4):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        blocks = [bytearray(16 << 20) for _ in range(8)]
        del blocks
    return answer.send(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)


def faults(keep):
    """Those of a process of its own."""
    context = fork_server()
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=count_faults, args=(theirs, keep))
    process.start()
    theirs.close()
    found = ours.recv()
    process.join()
    return found


def test_freed_memory_is_used_again_without_asking_the_system():
    kept = faults(keep=True)
    if kept is None:
        pytest.skip("this C library has no mallopt")
    assert kept < 0.1 * faults(keep=False)
