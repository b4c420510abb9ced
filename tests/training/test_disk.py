import errno

import pytest

from ner.errors import InputError
from ner.training.disk import explain_full_disk


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
