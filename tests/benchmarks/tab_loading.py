"""How long the NER tab waits for its data, with both of TensorBoard's loaders.

    python -m tests.benchmarks.tab_loading [--evaluations=100] [--sentences=100000]

The run `validation` has many evaluations of a few sentences: `headers_seconds` is the first time that the matrices of
all steps are asked for, `again_seconds` the second time; `history_seconds` is what became of some sentences at every
step. The run `test` has one evaluation of many sentences, all of them wrong: `open_seconds` is the first page of its
errors, which is parsed then; the others are pages after that.
"""

import json
import tempfile
import time
from typing import Any

from absl import app, flags

_EVALUATIONS = flags.DEFINE_integer("evaluations", 100, "Evaluations of the run `validation`.")
_SENTENCES = flags.DEFINE_integer("sentences", 100_000, "Sentences of the run `test`.")

_PAGES = {
    "open": {},
    "next_page": {"offset": 5_000},
    "cell": {"row": 0, "column": 2},
    "search": {"search": "Zelm"},
    "common_search": {"search": "a", "order": "reversed"},
    "error": {"error": "missed", "offset": 50},
    "string": {"string": 1},
    "history": {"history": "never"},
}


def main(_: list[str]) -> None:
    """Prints one JSON object a loader."""
    from tests.served_board import LOADERS, ask, running_board, wait_until, write_run

    path, count = "data/plugin/ner/", _EVALUATIONS.value
    with tempfile.TemporaryDirectory() as logs:
        write_run(logs, "validation", range(1, count + 1))
        _write_many(logs)
        for load_fast in LOADERS:
            with running_board(logs, f"--load_fast={load_fast}") as address:
                whole = {"test": 1, "validation": count}
                wait_until(lambda: _last_steps(ask(address, path + "runs")["runs"]) == whole)  # noqa: B023
                asked = {
                    "headers": ("evaluations", {"run": "validation"}),
                    "again": ("evaluations", {"run": "validation"}),
                    "history": (
                        "history",
                        {"run": "validation", "step": count, "entities": "0,1,2", "sentences": "0,1"},
                    ),
                    **{
                        f"sentences_{name}": ("sentences", {"run": "test", "step": 1, **query})
                        for name, query in _PAGES.items()
                    },
                }
                seconds = {}
                for name, (question, query) in asked.items():
                    start = time.perf_counter()
                    answer = ask(address, path + question, **query)
                    seconds[f"{name}_seconds"] = round(time.perf_counter() - start, 3)
                print(json.dumps({"load_fast": load_fast, "matching": answer["matching"], **seconds}))


def _last_steps(runs: list[dict[str, Any]]) -> dict[str, int]:
    return {run["name"]: run["last"] for run in runs}


def _write_many(logs: str) -> None:
    """One evaluation of sentences of twenty words, each with an entity of the wrong type and a missed one."""
    from ner.evaluation.evaluation import EvaluationCollector
    from ner.tensorboard.writer import make_writer, write_evaluation
    from tests.predicted import LABELS, SLICER, predictions_of

    collector = EvaluationCollector(LABELS, SLICER, kept_sentences=None)
    start = time.perf_counter()
    for first in range(0, _SENTENCES.value, 100):
        sentences = [_sentence(number) for number in range(first, min(first + 100, _SENTENCES.value))]
        collector.add(predictions_of(sentences, first))
    evaluation = collector.evaluation("test", 1, 1.0, "many sentences", ("test.txt",))
    collected = time.perf_counter() - start
    writer = make_writer(logs, "test")
    write_evaluation(writer, evaluation)
    writer.close()
    kept, whole = len(evaluation.examples.sentences), time.perf_counter() - start
    print(json.dumps({"kept": kept, "collect_seconds": round(collected, 1), "seconds": round(whole, 1)}))


def _sentence(number: int) -> list[tuple[str, str, str, float]]:
    words = [(f"w{number * 7 % 5000 + place}", "O", "O", 0.9) for place in range(17)]
    wrong = [("Zelmar", "B-ORG", "B-LOC", 0.5 + number % 499 / 1000), ("Ova", "B-LOC", "O", 0.6)]
    return [*words[:5], wrong[0], *words[5:], wrong[1], (str(number), "O", "O", 0.99)]


if __name__ == "__main__":
    app.run(main)
