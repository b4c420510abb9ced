"""Milliseconds of an update by how the encoder's tables are updated: whole, or the rows that a batch reads.

    python -m tests.benchmarks.lazy_tables --records=DIR --flagfile=launch/flags/fast.flags

Takes the flags of `ner.train` (not --workdir and --ngram_rows), and makes the updates of a run with tables of each
number of rows, by turns. `times_dense` is a ratio of this run, in processor time. A first repeat does not count.
"""

import time
from collections.abc import Callable
from dataclasses import replace

from absl import app, flags

from ner.config import Config
from ner.config_flags import define_flags, read_flags
from ner.data import dataset as records_dataset
from ner.training.launch_config import LaunchConfig

define_flags(LaunchConfig)
define_flags(Config)
_UPDATES = flags.DEFINE_integer("updates", 12, "Updates in each repeat.")
_ROWS = flags.DEFINE_multi_integer("rows", [131072, 524288], "Numbers of rows of a table.")
_REPEATS = flags.DEFINE_integer("repeats", 3, "Counted repeats.")


def main(_: list[str]) -> None:
    """Measures by turns and prints a JSON line for each number of rows and way to update them."""
    from tests.benchmarks.repeats import medians, print_lines

    config, records = read_flags(Config), flags.FLAGS.records
    for rows in _ROWS.value:
        model = replace(config.model, ngram_rows=rows)
        ways = {f"{name}_{rows}": lazy for name, lazy in (("dense", False), ("lazy", True))}
        results = medians(
            {name: measured(replace(config, model=model), records, lazy) for name, lazy in ways.items()},
            _REPEATS.value,
        )
        results[f"lazy_{rows}"]["times_dense"] = results[f"lazy_{rows}"]["ms"] / results[f"dense_{rows}"]["ms"]
        print_lines(results)


def measured(config: Config, records: str, lazy: bool) -> Callable[[], dict[str, float]]:
    """A function that makes updates and gives the milliseconds of processor time of one."""
    from unittest.mock import patch

    from ner.run_dir.workdir import WorkDir
    from ner.training import lazy_tables
    from ner.training.freed_memory import keep_freed_memory
    from ner.training.launch import RunSpec, make_trainer
    from ner.training.updates import make_updates

    keep_freed_memory()  # as ner.train does
    with patch.object(lazy_tables, "are_worthwhile", lambda *_: lazy):
        trainer = make_trainer(RunSpec(config, records_dataset.load(records), records, WorkDir("unused"), []))
    updates, state = make_updates(config.training, trainer.data, trainer.step), trainer.state

    def measure() -> dict[str, float]:
        first, start = state.progress.step, time.process_time()
        while (left := _UPDATES.value - (state.progress.step - first)) > 0:
            updates.make(left, 0.0)
        state.metrics.read()  # waits for the last one
        return {"ms": 1000 * (time.process_time() - start) / _UPDATES.value}

    return measure


if __name__ == "__main__":
    app.run(main)
