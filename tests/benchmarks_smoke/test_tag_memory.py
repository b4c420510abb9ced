"""The benchmark of an export's start and memory runs, without TensorFlow in what it measures."""

import json
import subprocess
import sys


def test_it_tells_start_and_memory_for_each_number_of_lines(onnx_export, tmp_path):
    (tmp_path / "text").write_text("Ada went to Mirrin.\n\nBo\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.tag_memory",
        f"--export={onnx_export}",
        f"--text={tmp_path}/text",
    ]
    done = subprocess.run([*command, "--lines=7,70"], capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["name"] for line in lines] == ["start", "7 lines", "70 lines"]
    assert all(0 < line["peak_mb"] < 1000 and line["cpu_seconds"] > 0 for line in lines)
