"""Milliseconds of an update by how many of them one call of the graph makes: what Python costs a step.

    python -m tests.benchmarks.steps_per_call --records=DIR --flagfile=launch/flags/small.flags

Takes the flags of `ner.train` (not --workdir and --steps_per_call), and makes updates on the batches of a run: one a
call, of batches that Python hands over, and several a call, by a loop in the graph, in turns. `python_share` is the
share of an update's time that the largest number a call saves: what Python and the calls themselves take. A first
repeat does not count.
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
_UPDATES = flags.DEFINE_integer("updates", 96, "Updates in each repeat, of each number a call.")
_PER_CALL = flags.DEFINE_multi_integer("per_call", [1, 8, 32], "Numbers of updates a call.")
_REPEATS = flags.DEFINE_integer("repeats", 5, "Counted repeats.")


def main(_: list[str]) -> None:
    """Measures by turns and prints a JSON line for each number of updates a call."""
    from tests.benchmarks.repeats import medians, print_lines

    config, records = read_flags(Config), flags.FLAGS.records
    results = medians({str(most): measured(config, records, most) for most in _PER_CALL.value}, _REPEATS.value)
    one, several = (results[str(most)]["ms"] for most in (min(_PER_CALL.value), max(_PER_CALL.value)))
    results[str(min(_PER_CALL.value))]["python_share"] = 1 - several / one
    print_lines(results)


def measured(config: Config, records: str, most: int) -> Callable[[], dict[str, float]]:
    """A function that makes updates, `most` a call, and gives the milliseconds of one."""
    from ner.run_dir.workdir import WorkDir
    from ner.training.freed_memory import keep_freed_memory
    from ner.training.launch import RunSpec, make_trainer
    from ner.training.updates import make_updates

    keep_freed_memory()  # as ner.train does
    config = replace(config, training=replace(config.training, steps_per_call=most))
    trainer = make_trainer(RunSpec(config, records_dataset.load(records), records, WorkDir("unused"), []))
    updates, state = make_updates(config.training, trainer.data, trainer.step), trainer.state

    def measure() -> dict[str, float]:
        first, start = state.progress.step, time.perf_counter()
        while (left := _UPDATES.value - (state.progress.step - first)) > 0:
            updates.make(min(most, left), 0.0)
        state.metrics.read()  # waits for the last one
        return {"ms": 1000 * (time.perf_counter() - start) / _UPDATES.value}

    return measure


if __name__ == "__main__":
    app.run(main)
