"""What the C library does with freed memory is seen in a process of its own."""

import errno
import subprocess
import sys

import pytest

from ner.errors import InputError
from ner.training.failures import explain_full_disk


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


FAULTS = """
import resource
import sys
from ner.training.failures import keep_freed_memory
if sys.argv[1] == "keep" and not keep_freed_memory():
    raise SystemExit(3)
for _ in range(4):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    blocks = [bytearray(16 << 20) for _ in range(8)]
    del blocks
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults(way):
    done = subprocess.run([sys.executable, "-c", FAULTS, way], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode == 3:
        pytest.skip("this C library has no mallopt")
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def test_freed_memory_is_used_again_without_asking_the_system():
    assert faults("keep") < 0.1 * faults("as it comes")
