"""The benchmark of updates a call runs, and its share is that of its figures."""

import json

import pytest

from tests.forked import run_program


def test_it_tells_what_python_costs_an_update(records):
    folder, _ = records
    sizes = ["--encoder=lstm", "--head=softmax", "--embedding_size=4", "--lstm_units=6", "--lstm_layers=1"]
    amount = ["--batch_size=8", "--updates=4", "--per_call=1", "--per_call=4", "--repeats=1"]
    done = run_program("tests.benchmarks.steps_per_call", f"--records={folder}", *sizes, *amount, text=True)
    assert done.returncode == 0, done.stderr
    lines = {line["name"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert lines["1"]["python_share"] == pytest.approx(1 - lines["4"]["ms"] / lines["1"]["ms"], abs=0.01)
