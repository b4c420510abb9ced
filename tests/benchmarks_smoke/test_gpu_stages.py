"""The stages of the GPU check that start programs, in their small form on a CPU; the programs are forks.

One training of `ner.train` is real, with its evaluation, tagging and export; the others are in name only
(`tests/benchmarks_smoke/replayed.py`).
"""

import json

import pytest

from ner.cli import leave
from ner.exporting import export as exporting
from tests.benchmarks.gpu import export, kernels, parallel, pipeline, presets, quality, resume
from tests.benchmarks.gpu.context import Context
from tests.benchmarks.gpu.results import read_lines
from tests.benchmarks_smoke.replayed import ReplayedTraining
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


@pytest.fixture
def replayed(smoke, monkeypatch):
    """Has each training end with the logs of the quality stage's; how, and the environments that they were given."""
    logs = finished_quality(smoke) / "logs"
    told = {"exact": True, "environments": []}

    def program(self, module, *arguments, environment=None, **others):
        if module != "ner.train":
            return forked(self, module, *arguments, environment=environment, **others)
        told["environments"].append(environment)
        return ReplayedTraining(arguments, logs, exact=told["exact"])

    monkeypatch.setattr(Context, "program", program)
    return told


def finished_quality(context):
    """The work folder of the quality stage, the only real training of `ner.train` here."""
    folder = quality.quality_folder(context)
    if not (folder / "result.json").exists():
        quality.run(context)
    return folder


def lines_of(context):
    return {line["name"]: line for line in read_lines(context.output_dir)}


def test_quality_has_a_line_for_each_validation_and_one_of_test(smoke):
    finished_quality(smoke)
    lines = lines_of(smoke)
    assert lines["run"]["finished"]
    assert any(name.startswith("validation at step ") and line["seconds"] > 0 for name, line in lines.items())
    assert 0 <= lines["test"]["entity_f1"] <= 1


def test_the_model_of_the_quality_stage_is_exported_and_tags(smoke):
    finished_quality(smoke)
    export.run(smoke)
    lines = lines_of(smoke)
    assert lines["trained"]["passed"]
    assert lines["trained"]["sentences"] == lines["SavedModel on the CPU"]["sentences"] > 0
    assert lines["SavedModel on the CPU"]["passed"]


def test_a_run_tells_how_long_it_waits_for_its_batches(smoke, replayed):
    pipeline.train(smoke, "bidirectional")
    line = lines_of(smoke)["bidirectional run"]
    assert 0 <= line["waited_share"] < 1
    assert line["characters"] > 0
    assert line["step_ms"] > 0


@pytest.mark.parametrize("exact", [True, False])
def test_a_run_that_was_killed_is_compared_with_one_that_was_not(smoke, replayed, exact):
    replayed["exact"] = exact
    resume.run(smoke)
    line = lines_of(smoke)["killed with --deterministic"]
    assert (line["passed"], line["equal"], line["largest_difference"] == 0) == (exact, exact, exact)
    assert line["kills"] == 1


@pytest.mark.parametrize("factor", [1.0, 1.01])
def test_two_processes_learn_what_one_learns(smoke, replayed, monkeypatch, factor):
    def read_curve(work, *names):
        return [
            one._replace(score=one.score * (factor if work.name == "workers-2" else 1)) for one in read(work, *names)
        ]

    read = parallel.read_curve
    monkeypatch.setattr(parallel, "read_curve", read_curve)
    parallel.two_processes(smoke)
    line = lines_of(smoke)["two processes: CPU"]
    assert line["passed"] is (factor == 1)
    assert line["steps"] > 0
    alone, *together = [json.loads(one["TF_CONFIG"] or "{}") for one in replayed["environments"]]
    assert not alone
    assert together[0]["cluster"] == together[1]["cluster"]
    assert [one["task"]["index"] for one in together] == [0, 1]


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
