"""The stages of the GPU check that start programs, in their small form on a CPU; the programs are forks."""

import pytest

from ner.cli import leave
from ner.exporting import export as exporting
from tests.benchmarks.gpu import export, kernels, parallel, pipeline, presets, quality, resume
from tests.benchmarks.gpu.context import Context
from tests.benchmarks.gpu.results import read_lines
from tests.forked import Program, draw_blank_pictures, fork_server


@pytest.fixture(scope="module")
def smoke(tmp_path_factory):
    """A context of the CPU whose programs are forks; `bidirectional.flags`, whose graph is traced soonest, is trained.

    All stages share its folders, as they do in a run.
    """
    folder = tmp_path_factory.mktemp("gpu")
    made = [folder / name for name in ("out", "scratch")]
    for one in made:
        one.mkdir()
    patched = pytest.MonkeyPatch()
    patched.setattr(Context, "program", forked)
    for stage in (export, parallel, pipeline, quality):
        patched.setattr(stage, "recommended", lambda: "bidirectional")
    yield Context(stage="smoke", output_dir=made[0], scratch=made[1], records="", gpus=0, seconds=10_000.0)
    patched.undo()


def forked(self, module, *arguments, cpu_only=False, environment=None, output=None):
    first = leave_out_comparison if module == "ner.export" else draw_blank_pictures
    return Program(module, *arguments, environment=environment, text=True, first=first)


def leave_out_comparison():
    """Spares `ner.export` a new process that loads what it wrote, as the stage itself does."""
    exporting._compare = lambda *arguments, **options: ""


def lines_of(context):
    return {line["name"]: line for line in read_lines(context.output_dir)}


def test_a_killed_run_ends_with_the_same_weights(smoke):
    resume.run(smoke)
    line = lines_of(smoke)["killed with --deterministic"]
    assert line["passed"]
    assert line["kills"] == 1
    assert line["largest_difference"] == 0


def test_quality_has_a_line_for_each_validation_and_one_of_test(smoke):
    quality.run(smoke)
    lines = lines_of(smoke)
    assert lines["run"]["finished"]
    assert any(name.startswith("validation at step ") and line["seconds"] > 0 for name, line in lines.items())
    assert 0 <= lines["test"]["entity_f1"] <= 1


def test_the_model_of_the_quality_stage_is_exported_and_tags(smoke):
    if not (quality.quality_folder(smoke) / "checkpoints" / "best.npz").exists():
        quality.run(smoke)
    export.run(smoke)
    lines = lines_of(smoke)
    assert lines["trained"]["passed"]
    assert lines["trained"]["sentences"] == lines["SavedModel on the CPU"]["sentences"] > 0
    assert lines["SavedModel on the CPU"]["passed"]


def test_a_run_tells_how_long_it_waits_for_its_batches(smoke):
    pipeline.train(smoke, "bidirectional")
    assert 0 <= lines_of(smoke)["bidirectional run"]["waited_share"] < 1


def test_two_processes_learn_what_one_learns(smoke):
    parallel.two_processes(smoke)
    line = lines_of(smoke)["two processes: CPU"]
    assert line["passed"]
    assert line["steps"] > 3


def learn_on_two_devices(context):
    parallel.recommended = lambda: "bidirectional"
    parallel.two_devices(context)
    leave(0)


def test_two_devices_learn_what_one_learns(smoke):
    process = fork_server().Process(target=learn_on_two_devices, args=(smoke,))
    parallel.small_records(smoke)
    process.start()
    process.join()
    assert lines_of(smoke)["two devices: one CPU as two"]["passed"]


def test_kernels_need_a_gpu(smoke):
    kernels.run(smoke)
    assert lines_of(smoke)["cuDNN"]["left_out"] == "no GPU"


def test_every_preset_of_a_stage_is_there():
    assert set(presets.PRESETS) == set(presets.present())
