"""How long an explanation takes: a model's first one, and those after it, by the length of the text.

    python -m tests.benchmarks.explanations --workdir=WORKDIR [--repeats=5]

Prints one JSON object a line: `load_seconds` is importing TensorFlow, loading the model and tracing its graphs, which
the NER tab does in the background; `seconds` is the median of an explanation of an entity in the middle of a text of so
many `characters`, `cpu_seconds` that of the CPU time of all threads; `missing` is by how much the shares fail to add up
to the difference of scores, as a part of it.
"""

import json
import statistics
import time

from absl import app, flags

_WORKDIR = flags.DEFINE_string("workdir", None, "Work folder with a trained tagger.", required=True)
_REPEATS = flags.DEFINE_integer("repeats", 5, "Counted repeats.")
_WORDS = ("Ostrel", "Bay", "beat", "the", "team", "of", "Mirrin", ",", "3", "-", "1", ".")


def main(_: list[str]) -> None:
    """Loads the model, then explains texts of three lengths."""
    from ner.run_dir.workdir import WorkDir
    from ner.tensorboard.plugin.explanations import load_model
    from ner.text.tokenizer import TokenizedText

    start = time.perf_counter()
    explainer, step = load_model(WorkDir(_WORKDIR.value))
    print(json.dumps({"step": step, "load_seconds": round(time.perf_counter() - start, 2)}), flush=True)
    for copies in (1, 4, 16):
        text = TokenizedText.from_tokens(_WORDS * copies)
        middle = len(_WORDS) * (copies // 2)
        seconds, cpu = [], []
        for _ in range(_REPEATS.value + 1):
            start, start_cpu = time.perf_counter(), time.process_time()
            found = explainer.explain(text, middle, middle + 2, explainer.labels.types[0])
            seconds.append(time.perf_counter() - start)
            cpu.append(time.process_time() - start_cpu)
        middle_of = {"seconds": seconds[1:], "cpu_seconds": cpu[1:]}
        measured = {name: round(statistics.median(values), 3) for name, values in middle_of.items()}
        measured["missing"] = round(abs(found.gap) / abs(found.score - found.baseline), 4)
        print(json.dumps({"characters": len(text.text), "read": len(found.shares), **measured}), flush=True)


if __name__ == "__main__":
    app.run(main)
