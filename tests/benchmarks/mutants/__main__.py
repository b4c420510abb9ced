"""Mutation testing: changes one line in a copy of the tree, runs the tests concerned, prints what they do not notice.

    python -m tests.benchmarks.mutants [--only=PART_OF_A_NAME_OR_FILE] [--list]

Each mutant names the tests that must fail. First all of these run without a mutant: what fails then says nothing.
Survivors are printed last, and the exit status is 1 if there are some that `KNOWN_SURVIVORS` does not explain. All take
some 40 minutes on one CPU core.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from absl import app, flags

from ner.console import align_columns
from tests.benchmarks.mutants.catalogue import KNOWN_SURVIVORS, MUTANTS
from tests.benchmarks.mutants.mutant import Mutant
from tests.benchmarks.mutants.trial import KILLED, Trials, copy_tree

_ONLY = flags.DEFINE_multi_string("only", [], "Only mutants whose name or file contains this text.")
_LIST = flags.DEFINE_bool("list", False, "Print the mutants, run nothing.")
_SECONDS = flags.DEFINE_float("seconds", 120.0, "Time limit of each mutant's tests; a timeout counts as killed.", 1)


def main(arguments: Sequence[str]) -> int:
    """Runs the chosen mutants; 1 where one survived that should not."""
    if arguments[1:]:
        raise app.UsageError(f"unexpected arguments: {arguments[1:]}")
    chosen = [one for one in MUTANTS if not _ONLY.value or any(part in one.name + one.file for part in _ONLY.value)]
    if not chosen:
        raise app.UsageError(f"--only={_ONLY.value}: no such mutant; --list shows them")
    if _LIST.value:
        print("\n".join(align_columns([[one.name, one.file, one.tests] for one in chosen])))
        return 0
    for one in chosen:
        one.apply()
    with TemporaryDirectory() as folder:
        return run(chosen, Trials(copy_tree(Path(folder)), _SECONDS.value))


def run(mutants: Sequence[Mutant], trials: Trials) -> int:
    """Prints a line for each mutant as it ends, then the survivors; the exit status."""
    red = trials.red_without_a_mutant([one.tests for one in mutants])
    for file, failure in red.items():
        print(f"red without a mutant: {failure or file}", flush=True)
    survivors, killed = [], 0
    for number, one in enumerate(mutants, 1):
        if any(file in one.tests for file in red):
            continue
        outcome = trials.mutant(one)
        print(f"{number} of {len(mutants)}  {outcome.word}  {outcome.seconds:.0f} s  {one.name}  {outcome.detail}")
        sys.stdout.flush()
        killed += outcome.word == KILLED
        if outcome.word != KILLED:
            survivors.append(one)
    unusable = len(mutants) - killed - len(survivors)
    print(f"\n{killed} killed, {len(survivors)} survived, {unusable} not run because their tests fail without them")
    for one in survivors:
        print(f"survived: {one.name} ({one.file}): {KNOWN_SURVIVORS.get(one.name, 'unexplained: write a test')}")
    return int(unusable > 0 or any(one.name not in KNOWN_SURVIVORS for one in survivors))


if __name__ == "__main__":
    app.run(main)
