import pytest

from ner.errors import InputError
from ner.training.instrumentation import profiled_steps


def test_steps_are_read_from_a_range():
    assert profiled_steps("10:20") == (10, 20)
    assert profiled_steps("") is None


@pytest.mark.parametrize("text", ["10", "20:10", "5:5", "a:b", "10-20", ":", "-1:3"])
def test_another_text_is_named(text):
    with pytest.raises(InputError, match=f"--profile_steps is '{text}', wanted two numbers of steps such as 10:20"):
        profiled_steps(text)
