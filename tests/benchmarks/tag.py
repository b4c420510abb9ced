"""Speed and memory of tagging: `python -m tests.benchmarks.tag --workdir=DIR --text=FILE [--train=FILE]`.

Each way of tagging is a process of its own, with its model loaded; they take turns over the lines of FILE, each after a
warm-up, so that a noisy moment meets them all. Prints medians over the turns: sentences a CPU second, that number over
the one of the forward pass alone (on the same batches, sorted by length), and the peak of memory. `--train` names a
column file on which spaCy's NER is trained, briefly, where spaCy is installed.
"""

import argparse
import importlib.util
import io
import json
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from ner.run_dir.workdir import WorkDir

Way = Callable[[list[str]], object]


def forward_pass(options: argparse.Namespace) -> Way:
    """The network alone, on the batches of `ner.tag`, which are made before."""
    from ner.inference.models.keras_model import load_character_model
    from ner.inference.pipeline import Tagger

    model = load_character_model([WorkDir(options.workdir)])
    batches: list[tuple] = []

    def keep(*batch: object) -> object:
        batches.append(batch)
        return model.log_probs(*batch)

    for _ in Tagger(replace(model, log_probs=keep)).pipe(lines_of(options)):
        pass
    return lambda _: [model.log_probs(*batch) for batch in batches]


def python_pipe(options: argparse.Namespace) -> Way:
    """`ner.Tagger.pipe` with the work folder."""
    from ner import Tagger

    nlp = Tagger.load(options.workdir)
    return lambda lines: sum(len(doc.ents) for doc in nlp.pipe(lines))


def program(options: argparse.Namespace) -> Way:
    """What `ner.tag` does between reading and writing bytes: JSON lines."""
    from ner import Tagger
    from ner.inference.inputs.input_errors import InputErrors
    from ner.inference.inputs.input_text import read_text
    from ner.inference.outputs.rendering import RenderOptions, renderer
    from ner.inference.tagging import write_tagged

    text = Path(options.exports, "text")
    text.write_text("".join(f"{line}\n" for line in lines_of(options)), encoding="utf-8")
    nlp = Tagger.load(options.workdir)
    render = renderer(nlp.labels, RenderOptions(output="json"))

    def tag(_: list[str]) -> None:
        windows = read_text([str(text)], InputErrors("fail", print))
        write_tagged(nlp, windows, render, io.StringIO(), batch_size=None)

    return tag


def onnx_pipe(options: argparse.Namespace, name: str = "onnx") -> Way:
    """`ner.Tagger.pipe` with an ONNX export."""
    from ner import Tagger

    nlp = Tagger.load(Path(options.exports, name))
    return lambda lines: sum(len(doc.ents) for doc in nlp.pipe(lines))


def int8_pipe(options: argparse.Namespace) -> Way:
    """The same with weights of eight bits."""
    return onnx_pipe(options, "int8")


def saved_model(options: argparse.Namespace) -> Way:
    """A SavedModel, 2,048 texts at a time."""
    import tensorflow as tf

    model = tf.saved_model.load(str(Path(options.exports, "saved_model", "1")))  # its functions do not keep it alive
    return lambda lines: [model.tag(tf.constant(lines[first : first + 2048])) for first in range(0, len(lines), 2048)]


def spacy_ner(options: argparse.Namespace) -> Way:
    """spaCy's NER, trained for a hundred updates: its speed does not depend on how well it does."""
    from data_tools.readers.columns.conll import read_sentences
    from data_tools.readers.columns.dialect_detection import find_dialect
    from ner.text.tokenizer import TokenizedText
    from tests.benchmarks.peers.spacy_pipeline import SpacyPipeline

    sentences = [one.sentence for one in read_sentences(options.train, find_dialect(options.train))]
    tag = SpacyPipeline(max_steps=100).train(sentences, sentences[:100], seed=0)
    return lambda lines: tag([TokenizedText.from_text(line).tokens for line in lines])


WAYS = {
    "forward pass alone": forward_pass,
    "ner.tag": program,
    "ner.Tagger.pipe": python_pipe,
    "SavedModel": saved_model,
    "ONNX, ner.Tagger.pipe": onnx_pipe,
    "ONNX int8, ner.Tagger.pipe": int8_pipe,
    "spaCy": spacy_ner,
}


def lines_of(options: argparse.Namespace) -> list[str]:
    """The texts; empty lines are left out."""
    lines = Path(options.text).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip()][: options.sentences]


def serve(connection: Connection, name: str, options: argparse.Namespace) -> None:
    """Tags all texts whenever asked, and answers with CPU seconds, wall seconds and the peak of memory in MB."""
    lines = lines_of(options)
    tag = WAYS[name](options)
    tag(lines)
    connection.send(None)
    while connection.recv():
        cpu, wall = time.process_time(), time.perf_counter()
        tag(lines)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        connection.send((time.process_time() - cpu, time.perf_counter() - wall, peak))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workdir", required=True)
    parser.add_argument("--text", required=True)
    parser.add_argument("--train", default="")
    parser.add_argument("--sentences", type=int, default=5000)
    parser.add_argument("--turns", type=int, default=3)
    options = parser.parse_args()
    names = [name for name in WAYS if name != "spaCy" or (options.train and importlib.util.find_spec("spacy"))]
    with tempfile.TemporaryDirectory() as options.exports:
        context = multiprocessing.get_context("spawn")
        maker = context.Process(target=make_exports, args=(options,))
        maker.start()
        maker.join()
        measured = measure(context, names, options)
    number = len(lines_of(options))
    base = statistics.median(cpu for cpu, _, _ in measured["forward pass alone"])
    for name, turns in measured.items():
        cpu, wall, peak = (statistics.median(column) for column in zip(*turns, strict=True))
        figures = {
            "sentences_per_cpu_second": round(number / cpu, 1),
            "of_the_forward_pass": round(base / cpu, 3),
            "sentences_per_second": round(number / wall, 1),
            "peak_mb": round(peak),
        }
        print(json.dumps({"name": name, **figures}))


def make_exports(options: argparse.Namespace) -> None:
    """Writes both formats, in a process of its own: TensorFlow's memory is not that of a parent."""
    from ner.exporting.export import export

    for name, kind, int8 in (("saved_model", "saved_model", False), ("onnx", "onnx", False), ("int8", "onnx", True)):
        folder = Path(options.exports, name)
        folder.mkdir()
        export(WorkDir(options.workdir), str(folder), kind, int8=int8)


def measure(context: multiprocessing.context.SpawnContext, names: list[str], options: argparse.Namespace) -> dict:
    """What each way answers in each turn."""
    workers = {}
    for name in names:
        here, there = context.Pipe()
        process = context.Process(target=serve, args=(there, name, options))
        process.start()
        here.recv()
        workers[name] = (process, here)
    measured: dict[str, list] = {name: [] for name in names}
    for _ in range(options.turns):
        for name, (_, connection) in workers.items():
            connection.send(True)
            measured[name].append(connection.recv())
    for process, connection in workers.values():
        connection.send(False)
        process.join()
    return measured


if __name__ == "__main__":
    main()
