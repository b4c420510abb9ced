"""How long an explanation takes: a model's first one, and those after it, by the length of the text.

    python -m tests.benchmarks.explanations --workdir=WORKDIR [--repeats=5]

Prints one JSON object a line: `load_seconds` is importing TensorFlow, loading the model and tracing its graphs, which
the NER tab does in the background; `seconds` is the median of an explanation of an entity in the middle of a text of so
many `characters`; `missing` is by how much the shares fail to add up to the difference of scores, as a part of the sum
of their sizes.
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
        seconds = []
        for _ in range(_REPEATS.value + 1):
            start = time.perf_counter()
            found = explainer.explain(text, middle, middle + 2, explainer.labels.types[0])
            seconds.append(time.perf_counter() - start)
        missing = abs(sum(found.shares) - found.score + found.baseline) / sum(map(abs, found.shares))
        measured = {"seconds": round(statistics.median(seconds[1:]), 3), "missing": round(missing, 4)}
        print(json.dumps({"characters": len(text.text), "read": len(found.shares), **measured}), flush=True)


if __name__ == "__main__":
    app.run(main)
