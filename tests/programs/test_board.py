"""TensorBoard as the program starts it, asked over HTTP."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import numpy as np
import pytest

from ner.errors import InputError
from ner.tensorboard.plugin.server import curves_query, find_logs
from tests.forked import Program, run_program

STEPS = 25


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A work folder whose training run shows an image at each of many steps."""
    import tensorflow as tf

    folder = tmp_path_factory.mktemp("work")
    (folder / "config.json").touch()
    (folder / "dataset.json").write_text(json.dumps({"labels": ["O", "B-LOC", "I-LOC"]}))
    writer = tf.summary.create_file_writer(str(folder / "logs" / "train"))
    with writer.as_default():
        for step in range(STEPS):
            tf.summary.image("entity/confusion", np.full((1, 2, 2, 3), step, np.uint8), step)
    writer.close()
    return folder


def ask(address, path, **query):
    with urlopen(f"{address}data/{path}?{urlencode(query)}", timeout=30) as answer:
        return json.load(answer)


@pytest.mark.parametrize(("load_fast", "end"), [("auto", signal.SIGINT), ("false", signal.SIGTERM)])
def test_every_step_of_an_image_is_shown_until_told_to_end(work, load_fast, end):
    flags = [f"--logdir={work}", "--", "--port=0", f"--load_fast={load_fast}", "--samples_per_plugin=text=5"]
    lines, output = os.pipe()
    program = Program("ner.board", *flags, streams={1: output}, text=True)
    with os.fdopen(lines, encoding="utf-8") as printed:
        try:
            told, address = printed.readline().split(": ", 1)
            address = address.split()[0]
            assert told == f"TensorBoard of {work / 'logs'}"
            assert address.startswith("http://localhost:")
            pinned = urlsplit(printed.readline().split(": ", 1)[1])
            query = parse_qs(pinned.query)
            assert query["smoothing"] == ["0"]
            tags = [card["tag"] for card in json.loads(query["pinnedCards"][0])]
            assert tags == ["Overview/loss", "Overview/entity_f1", "Overview/per_type_f1/LOC"]
            assert printed.readline() == f"NER tab: {address}#ner\n"
            tabs = list(ask(address, "plugins_listing"))
            assert tabs.index("ner") == tabs.index("timeseries") + 1
            assert ask(address, "environment")["data_location"] == str(work / "logs")
            deadline = time.monotonic() + 60
            while not (tags := ask(address, "plugin/images/tags")) and time.monotonic() < deadline:
                time.sleep(0.1)
            assert tags["train"]["entity/confusion"]["samples"] == 1
            shown = []
            while len(shown) < STEPS and time.monotonic() < deadline:
                shown = ask(address, "plugin/images/images", run="train", tag="entity/confusion", sample=0)
            assert [image["step"] for image in shown] == list(range(STEPS))
        finally:
            program.send_signal(end)
        _, noise = program.communicate(timeout=60)
    assert program.returncode == 0
    assert "Traceback" not in noise
    assert "interrupted" not in noise


def test_a_taken_port_is_named(work):
    with socket.create_server(("localhost", 0)) as taken:
        port = taken.getsockname()[1]
        answer = run_program("ner.board", f"--logdir={work}", "--", f"--port={port}", text=True)
    assert answer.returncode == 1
    assert f"ner.board: error: TensorBoard could not bind to port {port}, it was already in use" in answer.stderr


def test_find_logs_takes_a_work_folder_its_logs_and_a_folder_of_runs(work):
    assert find_logs(str(work)) == find_logs(str(work / "logs")) == str(work / "logs")
    assert find_logs(str(work.parent)) == str(work.parent)
    assert find_logs("gs://bucket/work") == "gs://bucket/work"


def test_find_logs_names_a_folder_without_any(tmp_path):
    (tmp_path / "config.json").touch()
    (tmp_path / "logs").mkdir()
    with pytest.raises(InputError, match=r"logs: no event files in this folder or below; name WORKDIR or"):
        find_logs(str(tmp_path))
    with pytest.raises(InputError, match="missing: no such folder; name a folder that"):
        find_logs(str(tmp_path / "missing"))


@pytest.mark.parametrize(
    "foreign", ["[]", '{"name": "x"}', '{"labels": ["PER"]}', "{", "\N{LATIN SMALL LETTER E WITH ACUTE}"]
)
def test_types_of_pinned_cards_are_those_of_a_run_whatever_else_is_called_dataset(tmp_path, foreign):
    (tmp_path / "runs/first").mkdir(parents=True)
    (tmp_path / "dataset.json").write_text(foreign, encoding="latin-1")
    assert "per_type_f1" not in curves_query(str(tmp_path / "runs"))
    (tmp_path / "runs/first/dataset.json").write_text('{"labels": ["O", "B-PER", "I-PER"]}')
    assert "Overview%2Fper_type_f1%2FPER" in curves_query(str(tmp_path / "runs"))


def test_mistakes_are_named_before_tensorboard_is_imported(tmp_path):
    (tmp_path / "tensorboard.py").write_text("raise SystemExit(99)")
    command = [sys.executable, "-m", "ner.board", "--logdir=nowhere"]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 1
    assert answer.stderr.startswith("ner.board: error: nowhere: no such folder")
