import os
import signal

import pytest

from ner.signals import INTERRUPTED, RUN_AGAIN, StopRequests


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, RUN_AGAIN), (signal.SIGUSR1, RUN_AGAIN), (signal.SIGINT, INTERRUPTED)]
)
def test_a_signal_is_noted_and_handlers_are_put_back(number, code):
    before = signal.getsignal(number)
    with StopRequests() as stop:
        assert stop.exit_code is None
        os.kill(os.getpid(), number)
        assert stop.exit_code == code
    assert signal.getsignal(number) is before


def test_a_second_interrupt_ends_the_run():
    with StopRequests():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
