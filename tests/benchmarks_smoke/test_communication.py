"""The benchmark of several workers runs, and its ratios are those of its figures."""

import json

import pytest

from tests.forked import run_program


def test_it_tells_the_share_of_communication(records):
    folder, _ = records
    sizes = ["--embedding_size=4", "--lstm_units=6", "--lstm_layers=1", "--batch_size=4"]
    flags = [f"--records={folder}", *sizes, "--batches=2", "--repeats=1"]
    done = run_program("tests.benchmarks.communication", *flags, text=True)
    assert done.returncode == 0, done.stderr
    lines = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    alone, apart, together = (lines[name]["seconds_per_step"] for name in ("alone", "apart", "together"))
    assert lines["together"]["communication_share"] == pytest.approx(1 - apart / together, abs=1e-3)
    assert lines["together"]["times_alone"] == pytest.approx(alone / together, rel=1e-3)
