import threading
import time

import pytest

from ner.training.distributed.watchdog import Watchdog


def test_it_gives_up_once_in_a_block_that_takes_too_long_which_waits_for_that():
    told = []

    def give_up():
        time.sleep(0.3)
        told.append(threading.current_thread().name)

    patience = Watchdog(0.1, give_up)
    with patience.limited():
        time.sleep(0.9)
    assert told == ["patience"]
    time.sleep(0.6)
    assert told == ["patience"]


def test_it_has_patience_where_nothing_takes_long():
    told = []
    patience = Watchdog(0.8, lambda: told.append(1))
    for _ in range(1000):
        with patience.limited():
            pass
    with pytest.raises(ZeroDivisionError), patience.limited():
        1 / 0  # noqa: B018
    time.sleep(1.6)
    assert not told
