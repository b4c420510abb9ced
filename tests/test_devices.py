import pytest

from ner import gpus
from ner.devices import describe_device, unused_gpu_warnings, use_devices
from ner.errors import InputError


@pytest.fixture
def used(monkeypatch):
    """The GPUs that a process is restricted to, on a machine with three of them."""
    visible = ["GPU:0", "GPU:1", "GPU:2"]
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: ["GPU:0", "GPU:1", "GPU:2"])
    monkeypatch.setattr("tensorflow.config.get_visible_devices", lambda kind: list(visible))
    monkeypatch.setattr("tensorflow.config.set_visible_devices", lambda devices, kind: visible.__setitem__(
        slice(None), devices))  # fmt: skip
    monkeypatch.setattr("tensorflow.config.experimental.set_memory_growth", lambda gpu, on: None)
    return visible


def test_fewer_gpus_than_asked_for_are_an_error(monkeypatch):
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    with pytest.raises(
        InputError, match=r"--gpus=99: TensorFlow sees \d+ on this machine \(CUDA_VISIBLE_DEVICES is 0,1"
    ):
        use_devices(99)


@pytest.mark.parametrize(
    ("asked", "one_device", "expected"),
    [(None, False, 3), (2, False, 2), (0, False, 0), (None, True, 1), (2, True, 1), (0, True, 0)],
)
def test_a_process_uses_as_many_gpus_as_asked_for(used, asked, one_device, expected):
    use_devices(asked, one_device)
    assert used == ["GPU:0", "GPU:1", "GPU:2"][:expected]


def test_a_machine_without_gpus_computes_on_its_cpu():
    use_devices()
    use_devices(one_device=True)
    assert "core" in describe_device() or "GPU" in describe_device()


@pytest.fixture
def no_gpu(monkeypatch):
    """A machine with a driver, where TensorFlow finds no cuDNN."""
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [])
    monkeypatch.setattr(gpus, "has_driver", lambda: True)
    monkeypatch.setattr(gpus, "missing_libraries", lambda: ["libcudnn.so.9"])


@pytest.mark.usefixtures("no_gpu")
def test_a_gpu_that_tensorflow_cannot_use_is_reported_with_the_library_that_is_missing():
    [warning] = unused_gpu_warnings({})
    assert warning == (
        "warning: this machine has an NVIDIA driver, but TensorFlow sees no GPU because it does not find "
        "libcudnn.so.9: this runs on the CPU; pip install 'character-ner[gpu]' installs CUDA and cuDNN"
    )


@pytest.mark.usefixtures("no_gpu")
def test_libraries_are_not_looked_for_unless_they_are_wanted(monkeypatch):
    monkeypatch.setattr(gpus, "missing_libraries", lambda: pytest.fail("takes as long as importing TensorFlow"))
    [warning] = unused_gpu_warnings({}, name_libraries=False)
    assert "TensorFlow sees no GPU: this runs on the CPU; pip install" in warning


@pytest.mark.usefixtures("no_gpu")
def test_gpus_that_a_scheduler_gave_are_missed():
    assert "warning: CUDA_VISIBLE_DEVICES is 0,1, but" in unused_gpu_warnings({"CUDA_VISIBLE_DEVICES": "0,1"})[0]


@pytest.mark.usefixtures("no_gpu")
@pytest.mark.parametrize("hidden", ["", "-1", "NoDevFiles"])
def test_gpus_that_are_hidden_or_not_wanted_are_not_missed(hidden):
    assert unused_gpu_warnings({"CUDA_VISIBLE_DEVICES": hidden}) == []
    assert unused_gpu_warnings({}, gpus=0) == []


def test_a_scheduler_that_gave_gpus_without_a_driver_is_reported(monkeypatch):
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: [])
    monkeypatch.setattr(gpus, "has_driver", lambda: False)
    assert "does not find the NVIDIA driver" in unused_gpu_warnings({"CUDA_VISIBLE_DEVICES": "0"})[0]
    assert unused_gpu_warnings({}) == []
