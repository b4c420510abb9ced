"""TensorBoard as `ner.board` starts it, and evaluations for it to show."""

import json
import os
import signal
import time
from contextlib import contextmanager
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from ner.config import Config, ModelConfig
from ner.model.network import Network
from ner.run_dir import checkpoints
from ner.run_dir.workdir import WorkDir
from ner.tensorboard.writer import make_writer, write_evaluation
from ner.text.sentence import Sentence
from tests.conftest import write_records
from tests.forked import Program
from tests.predicted import evaluation_of, predictions_of

LOADERS = ["true", "false"]  # --load_fast: TensorBoard's loader in Rust, and the one in Python
HOSTILE = [
    "<script>window.hacked=1</script>",
    '"><img src=x onerror=window.hacked=1>',
    "\u202eright\u202d-to-left",
    "\u05e9\u05dc\u05d5\u05dd",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "x" * 10_000,
]
STEPS = (100, 200, 300)


def sentences_at(step):
    """Five sentences of which some get better and one gets worse, and one of hostile tokens."""
    ostrel = "B-ORG" if step == 200 else "B-LOC"
    later = step >= 200
    return [
        [("Ostrel", "B-ORG", ostrel, 0.9196), ("beat", "O", "O", 0.9), ("Ova", "B-LOC", "B-LOC", 0.8)],
        [("Upper", "B-LOC", "B-LOC", 0.7), ("Tarn", "I-LOC", "I-LOC", 0.9), ("won", "O", "O", 0.9)],
        [("Kolvery", "B-ORG", "B-ORG" if later else "O", 0.6), ("fell", "O", "O", 0.9)],
        [("in", "O", "O", 0.9), ("Dravin", "B-LOC", "O" if later else "B-LOC", 0.55)],
        [("Selk", "B-ORG", "B-LOC", 0.66), ("&", "I-ORG", "I-LOC", 0.64), ("Sons", "I-ORG", "I-LOC", 0.62)],
        [(token, "B-ORG", "O", 0.5) for token in HOSTILE],
    ]  # fmt: skip


def evaluation_at(step, split="validation"):
    return evaluation_of(predictions_of(sentences_at(step)), split=split, step=step)


def write_run(logs, run, steps=STEPS):
    writer = make_writer(str(logs), run)
    for step in steps:
        write_evaluation(writer, evaluation_at(step, run))
    writer.close()


def write_weights(folder):
    """Makes `folder` the work folder of a tagger of random weights, of step 3, with the labels of these evaluations."""
    words = ["Ostrel", "Ova", "Upper", "Tarn", "Kolvery", "Dravin", "Selk", "&", "Sons", "in", "beat", "won", "fell"]
    sentence = Sentence.from_tokens(words, ["B-ORG", "I-ORG", "B-LOC", "I-LOC", *["O"] * (len(words) - 4)])
    dataset = write_records(folder / "records", {"train": [sentence] * 3})
    work, model = WorkDir(str(folder)), ModelConfig(embedding_size=4, lstm_units=6, lstm_layers=1)
    work.prepare(Config(model=model), dataset, str(folder / "records"))
    tagger = Network(model, dataset.vocabulary, dataset.labels)
    checkpoints.save(work.best, checkpoints.Checkpoint(tagger.weights_by_name(), {"step": 3}))


@contextmanager
def running_board(logs, *arguments):
    """Address of a TensorBoard that has read `logs`."""
    lines, output = os.pipe()
    flags = [f"--logdir={logs}", "--", "--port=0", "--reload_interval=1", *arguments]
    program = Program("ner.board", *flags, streams={1: output})
    with os.fdopen(lines, encoding="utf-8") as shown:
        try:
            address = shown.readline().split(": ", 1)[1].split()[0]
            assert wait_until(lambda: ask(address, "data/runs")), f"TensorBoard has read no run of {logs}"
            yield address
        finally:
            program.send_signal(signal.SIGTERM)
            program.wait()


def ask(address, path, **query):
    return json.loads(fetch(address, path, **query)[1])


def fetch(address, path, **query):
    """Status, content and headers of an answer."""
    request = Request(f"{address}{path}?{urlencode(query)}")
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, answer.read(), answer.headers
    except HTTPError as error:
        return error.code, error.read(), error.headers


def wait_until(true):
    """Waits until `true()`; tells whether it came to that."""
    deadline = time.monotonic() + 60
    while not true() and time.monotonic() < deadline:
        time.sleep(0.1)
    return true()
