"""How long the NER tab waits for a run of many evaluations, with both of TensorBoard's loaders.

    python -m tests.benchmarks.tab_loading [--evaluations=100]

`headers_seconds` is the first time that the matrices of all steps are asked for, `again_seconds` the second time;
`history_seconds` is what became of some sentences at every step.
"""

import json
import tempfile
import time

from absl import app, flags

_EVALUATIONS = flags.DEFINE_integer("evaluations", 100, "Evaluations of the run.")


def main(_: list[str]) -> None:
    """Prints one JSON object a loader."""
    from tests.served_board import LOADERS, ask, running_board, wait_until, write_run

    path, count = "data/plugin/ner/", _EVALUATIONS.value
    with tempfile.TemporaryDirectory() as logs:
        write_run(logs, "validation", range(1, count + 1))
        for load_fast in LOADERS:
            with running_board(logs, f"--load_fast={load_fast}") as address:
                whole = [{"name": "validation", "last": count}]
                wait_until(lambda: ask(address, path + "runs")["runs"] == whole)  # noqa: B023
                seconds = {}
                for name, question, query in (
                    ("headers", "evaluations", {}),
                    ("again", "evaluations", {}),
                    ("history", "history", {"entities": "0,1,2", "sentences": "0,1"}),
                ):
                    start = time.perf_counter()
                    ask(address, path + question, run="validation", **query)
                    seconds[f"{name}_seconds"] = round(time.perf_counter() - start, 3)
                print(json.dumps({"load_fast": load_fast, **seconds}))


if __name__ == "__main__":
    app.run(main)
