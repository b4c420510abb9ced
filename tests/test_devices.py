import pytest

from ner.devices import describe_device, unused_gpu_warnings, use_devices
from ner.errors import InputError


def test_fewer_gpus_than_asked_for_are_an_error(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    with pytest.raises(
        InputError, match=r"--gpus=99: TensorFlow sees \d+ on this machine \(CUDA_VISIBLE_DEVICES is 0,1"
    ):
        use_devices(99)


def test_a_machine_without_gpus_computes_on_its_cpu():
    use_devices()
    use_devices(one_device=True)
    assert "cores" in describe_device() or "GPU" in describe_device()


@pytest.mark.parametrize(("given", "warned"), [("0", True), ("", False), ("-1", False), (None, False)])
def test_gpus_that_a_scheduler_gave_are_missed(monkeypatch, given, warned):
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [])
    warnings = unused_gpu_warnings({} if given is None else {"CUDA_VISIBLE_DEVICES": given})
    assert bool(warnings) == warned
    assert all("CUDA_VISIBLE_DEVICES is 0" in line for line in warnings)
