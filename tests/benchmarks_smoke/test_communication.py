"""The benchmark of several workers runs, and its ratios are those of its figures."""

import json
import subprocess
import sys

import pytest


def test_it_tells_the_share_of_communication(records):
    folder, _ = records
    sizes = ["--embedding_size=4", "--lstm_units=6", "--lstm_layers=1", "--batch_size=4"]
    command = [sys.executable, "-m", "tests.benchmarks.communication", f"--records={folder}", *sizes]
    done = subprocess.run(
        [*command, "--batches=2", "--repeats=1"], capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    alone, apart, together = (lines[name]["seconds_per_step"] for name in ("alone", "apart", "together"))
    assert lines["together"]["communication_share"] == pytest.approx(1 - apart / together, abs=1e-3)
    assert lines["together"]["times_alone"] == pytest.approx(alone / together, rel=1e-3)
