"""The GPU check runs in its small form on a CPU, and loses nothing when a stage fails or hangs."""

import json
import math
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from ner.config import HEADS, Config, ModelConfig
from ner.settings import settings_of
from tests.benchmarks import torch_step
from tests.benchmarks.gpu import (
    cases,
    correctness,
    environment,
    pipeline,
    presets,
    runner,
    sample_records,
    step,
    summary,
    trace,
)
from tests.benchmarks.gpu.context import ROOT, Context
from tests.benchmarks.gpu.one_update import relative_errors
from tests.benchmarks.gpu.results import FILE_NAME, Results, find_line, read_lines
from tests.benchmarks_smoke.test_gpu_stages import forked


def context(tmp_path, stage, records="", seconds=10_000.0):
    output_dir, scratch = tmp_path / "out", tmp_path / "scratch"
    for folder in (output_dir, scratch):
        folder.mkdir(exist_ok=True)
    return Context(stage=stage, output_dir=output_dir, scratch=scratch, records=records, gpus=0, seconds=seconds)


def lines_of(made):
    return {line["name"]: line for line in read_lines(made.output_dir)}


def test_one_command_tells_that_there_is_no_gpu_and_writes_a_summary(tmp_path):
    command = [sys.executable, "-m", "tests.benchmarks.gpu", f"--output_dir={tmp_path}", "--stages=environment"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    if find_line(tmp_path, "environment", "devices")["gpus"]:
        pytest.skip("TensorFlow sees a GPU here")
    assert "no GPU: small sizes on the CPU" in (tmp_path / summary.FILE_NAME).read_text()
    assert {path.name for path in tmp_path.iterdir()} == {FILE_NAME, summary.FILE_NAME, "log.txt"}


def test_an_unknown_stage_is_named(tmp_path):
    command = [sys.executable, "-m", "tests.benchmarks.gpu", f"--output_dir={tmp_path}", "--stages=speed"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False, cwd=ROOT)
    assert done.returncode != 0
    assert "no stage is called speed" in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("raise SystemExit(3)", "failed with exit status 3"),
        ("import time; time.sleep(60)", "out of time"),
        ("", "done"),
    ],
)
def test_a_stage_that_fails_or_hangs_is_told_and_costs_only_itself(tmp_path, code, status):
    assert runner.run_command("some", [sys.executable, "-c", code], tmp_path, seconds=2) == status


def test_a_stage_that_needs_less_than_its_share_leaves_the_rest_to_the_others(tmp_path):
    limits = {}

    def command_of(stage, seconds, gpus):
        limits[stage] = seconds
        return [sys.executable, "-c", ""]

    runner.run_stages(["step", "environment"], tmp_path, 100.0, command_of)
    assert list(limits) == ["environment", "step"]
    assert limits["environment"] == pytest.approx(100 * 25 / 175, abs=0.1)
    assert limits["step"] > 95


def test_environment_measures_the_ceilings(tmp_path):
    made = context(tmp_path, "environment")
    environment.run(made)
    assert lines_of(made)["matmul_float32"]["teraflops"] > 0


def test_an_update_is_compared_with_that_of_another_process(tmp_path, monkeypatch):
    monkeypatch.setattr(correctness, "SHAPES", {"ragged": (7, 1, 4)})
    monkeypatch.setattr(correctness, "recommended", lambda: "bidirectional")  # whose graph is traced soonest
    monkeypatch.setattr(correctness, "PRECISIONS", ("float32",))
    monkeypatch.setattr(correctness, "_copies", lambda context: None)
    monkeypatch.setattr(Context, "program", forked)
    made = context(tmp_path, "correctness")
    correctness.run(made)
    lines = lines_of(made)
    assert lines["float16 overflow"]["passed"]
    assert lines["bidirectional ragged float32"]["gradient_error"] < 1e-5
    assert len(lines["5 steps float32"]["losses"]) == 5


def test_an_error_is_relative_to_what_was_wanted():
    wanted = {"loss": np.array([3.0, 4.0]), "none": np.zeros(2), "weights/w": np.ones(1)}
    errors = relative_errors({"loss": np.array([3.0, 4.5]), "none": np.array([0.0, 0.25])}, wanted)
    assert errors == {"loss": 0.1, "none": 0.25}


def test_step_and_pipeline_are_measured(tmp_path, records, monkeypatch):
    folder, _ = records
    monkeypatch.setattr(pipeline, "train_for", lambda *arguments: 0)
    for stage in (cases, pipeline):
        monkeypatch.setattr(stage, "recommended", lambda: "bidirectional")  # whose graph is traced soonest
    made = context(tmp_path, "step", folder)
    step.run(made)
    pipeline.run(made)
    lines = lines_of(made)
    one, several = [line for name, line in lines.items() if "sentences" in name]
    assert one["characters"] <= one["with_padding"]
    shares = [line["characters"] / line["with_padding"] for line in (one, several)]
    assert shares[0] == pytest.approx(shares[1], rel=1e-2)  # both are of the same batches
    assert lines["keras 2019"].get("characters", 1) > 0
    assert lines["bidirectional batches alone"]["batches"] > 0


def test_a_trace_without_a_gpu_has_no_copies_and_is_kept(tmp_path):
    kept = tmp_path / "trace.gz"
    figures = trace.trace_steps(lambda number: None, lambda: None, 2, kept)
    assert figures["device_to_host"] == figures["gpu_busy"] == 0
    assert kept.exists()


def test_overlapping_events_are_busy_once():
    assert trace.busy_share([(0, 10), (5, 20), (30, 40)]) == 0.75


def test_sentences_have_the_length_asked_for():
    for characters in (1, 5, 10, 11, 20, 21, 37, 2000):
        tokens = [line.split(" ")[0] for line in sample_records.sentence_of(characters).splitlines() if line]
        assert len(" ".join(tokens)) == characters


def test_pytorch_and_machines_without_a_gpu_are_given_one_network():
    config = presets.load_preset("original")
    several = replace(config, model=replace(config.model, members=3))
    assert [torch_step.can_represent(one.model) for one in (config, several)] == [True, False]
    assert presets.shrunk(several) == presets.shrunk(config)


def test_presets_are_read_as_their_programs_read_them():
    config = presets.load_preset("original")
    assert (config.model.lstm_units, config.model.bidirectional, config.training.batch_size) == (1024, False, 128)
    assert presets.parse_flags(["# none", "", "--bidirectional"]) == Config()
    with pytest.raises(ValueError, match="--depth=3: a setting of neither"):
        presets.parse_flags(["--depth=3"])


def test_architectures_are_all_combinations_of_what_a_tagger_has_a_choice_of():
    choices = {name: one.choices for name, one in settings_of(ModelConfig).items() if one.choices}
    assert len(presets.architectures()) == math.prod(map(len, (choices | {"head": HEADS}).values()))


def test_a_line_that_was_cut_off_is_left_out(tmp_path):
    Results(tmp_path, "step").add("whole", speed=1.23456)
    with (tmp_path / FILE_NAME).open("a") as file:
        file.write(json.dumps({"stage": "step", "name": "cut"})[:-5])
    assert list(read_lines(tmp_path)) == [{"stage": "step", "name": "whole", "speed": 1.235}]


def test_the_summary_begins_with_what_failed_and_names_the_card():
    lines = [
        {"stage": "step", "name": "good", "passed": True, "ms": 1.5},
        {"stage": "step", "name": "bad", "passed": False, "ms": 12345.0},
    ]
    text = summary.to_markdown(lines, ["step"], {"names": ["Some Card"]})
    assert "Some Card" in text.splitlines()[0]
    assert "1 of 2 checks passed." in text
    assert "- FAILED step / bad: ms 12,345" in text
    assert "| good | yes | 1.5 |" in text


@pytest.mark.gpu
def test_two_halves_of_a_gpu_learn_what_one_learns(tmp_path):
    command = [sys.executable, "-m", "tests.benchmarks.gpu", f"--output_dir={tmp_path}", "--stages=parallel"]
    subprocess.run(command, timeout=280, check=True, cwd=ROOT)
    assert all(line.get("passed", True) for line in read_lines(tmp_path))
