"""Mutants of how a run makes its updates, one or several a call."""

from tests.benchmarks.mutants.mutant import Mutant

_FILE = "ner/training/updates.py"
_UPDATES = "tests/training/test_updates.py"
_TO_THE_BIT = f"{_UPDATES}::test_several_updates_a_call_are_those_of_one_to_the_bit"
_ENDS = f"{_UPDATES}::test_a_call_ends_at_a_log_a_checkpoint_an_epoch_and_a_trace"

UPDATES = (
    Mutant(
        "schedule of a run stuck at its start",
        _FILE,
        "progress.sentences / self._data.total_sentences)",
        "0.0)",
        "tests/training/test_wiring.py::test_curves_of_a_run_are_those_of_its_schedule_and_its_batches",
    ),
    Mutant(
        "accumulate_steps counts one batch too many",
        _FILE,
        "state.pending_batches < accumulate_steps and",
        "state.pending_batches <= accumulate_steps and",
        "tests/training/test_loop.py::test_the_last_update_of_an_epoch_has_the_batches_that_are_left",
    ),
    Mutant(
        "accumulation goes over the end of an epoch",
        _FILE,
        " and not self._data.is_epoch_end(progress.sentences):",
        ":",
        "tests/training/test_loop.py::test_the_last_update_of_an_epoch_has_the_batches_that_are_left",
    ),
    Mutant(
        "dropout of every batch the same",
        _FILE,
        "        number = progress.batches\n",
        "        number = 0\n",
        "tests/training/test_wiring.py::test_every_batch_of_a_run_drops_other_values",
    ),
    Mutant(
        "a call of several updates ends in another epoch",
        _FILE,
        " & (made.sentences < left)",
        "",
        _ENDS,
    ),
    Mutant(
        "accumulation within a call goes over the end of an epoch",
        _FILE,
        " & (_Made(*values).sentences < left)",
        "",
        _TO_THE_BIT,
    ),
    Mutant(
        "all batches of a call drop the same values",
        _FILE,
        "in_graph(first_batch + made.batches, batch, rate",
        "in_graph(first_batch, batch, rate",
        _TO_THE_BIT,
    ),
    Mutant(
        "all updates of a call have the rate of the first",
        _FILE,
        "step + tf.cast(made.updates, tf.int64)",
        "step",
        _TO_THE_BIT,
    ),
    Mutant(
        "a call of several updates passes over logs and checkpoints",
        "ner/training/loop.py",
        "min(config.steps_per_call, *ahead)",
        "config.steps_per_call",
        _ENDS,
    ),
    Mutant(
        "the chief's calls alone end at the edge of a trace",
        "ner/training/loop.py",
        "StepProfile(self._workers.broadcast(profiled), logs)",
        "StepProfile(profiled, logs)",
        f"{_UPDATES}::test_calls_of_all_workers_end_at_the_edges_of_the_chiefs_trace",
    ),
    Mutant(
        "a call of several updates does not measure its waiting",
        _FILE,
        "waited_microseconds=made.waited_microseconds + microseconds",
        "waited_microseconds=made.waited_microseconds",
        _TO_THE_BIT,
    ),
    Mutant(
        "a bad batch of a call is named by another one",
        "ner/training/loop.py",
        ".skip(number - self._checked_batches)",
        "",
        f"{_UPDATES}::test_a_nan_loss_within_a_call_names_its_batch",
    ),
)
