import pytest

from ner import gpus


@pytest.mark.parametrize(
    ("environ", "seen"),
    [
        ({}, ["0", "1"]),
        ({"CUDA_VISIBLE_DEVICES": "3,5,GPU-8932f937"}, ["3", "5", "GPU-8932f937"]),
        ({"CUDA_VISIBLE_DEVICES": ""}, []),
        ({"CUDA_VISIBLE_DEVICES": "-1"}, []),
    ],
)
def test_visible_gpus_are_those_of_the_environment_or_of_the_driver(tmp_path, environ, seen):
    for folder in ("0000:01:00.0", "0000:02:00.0"):
        (tmp_path / "gpus" / folder).mkdir(parents=True)
    assert gpus.visible_gpus(environ, tmp_path) == seen


def test_a_machine_without_driver_has_no_gpus(tmp_path):
    assert gpus.visible_gpus({}, tmp_path) == []


@pytest.mark.parametrize(
    ("found", "slots", "shares"),
    [
        (["0", "1", "2"], 2, [["0", "2"], ["1"]]),
        (["0", "1"], 2, [["0"], ["1"]]),
        (["0", "1"], 3, [["0"], ["1"], ["0"]]),
        ([], 2, [[], []]),
    ],
)
def test_gpus_are_shared_out_and_used_twice_only_if_there_are_too_few(found, slots, shares):
    assert [gpus.share_of_gpus(found, slot, slots) for slot in range(slots)] == shares


def test_libraries_are_named_once_from_the_log_of_tensorflow():
    log = """\
I0000 00:00:1.5 7 dso_loader.cc:144] Could not load dynamic library 'libcudnn.so.9'; dlerror: libcudnn.so.9: cannot open
I0000 00:00:1.6 7 dso_loader.cc:144] Could not load dynamic library 'libcudnn.so.9'; dlerror: libcudnn.so.9: cannot open
I0000 00:00:1.7 7 cpu_feature_guard.cc:227] This TensorFlow binary is optimized
I0000 00:00:1.8 7 dso_loader.cc:144] Could not load dynamic library 'libcufft.so.11'; dlerror: libcufft.so.11: cannot
W0000 00:00:1.9 7 gpu_device.cc:2365] Cannot dlopen some GPU libraries.
"""
    assert gpus.libraries_named(log) == ["libcudnn.so.9", "libcufft.so.11"]


@pytest.mark.skipif(gpus.has_driver(), reason="TensorFlow finds the driver here")
def test_tensorflow_names_a_library_that_it_does_not_find():
    assert gpus.missing_libraries() == ["libcuda.so.1"]
