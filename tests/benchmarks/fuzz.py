"""The checks of test_conll_fuzz.py and test_damage.py with new random damage for as long as asked.

    python -m tests.benchmarks.fuzz --what=columns [--seconds=120] [--seed=0] [FILE ...]
    python -m tests.benchmarks.fuzz --what=records [--seconds=120] [--seed=0]

Column files that are named are damaged too, a piece of each. Stops at the first finding, with the seed that gives it.
"""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from absl import app, flags

_WHAT = flags.DEFINE_enum("what", "columns", ("columns", "records"), "What is damaged.")
_SECONDS = flags.DEFINE_integer("seconds", 120, "How long.")
_SEED = flags.DEFINE_integer("seed", 0, "The first of the seeds.")
_PIECE_BYTES = 2_500


def main(arguments: list[str]) -> None:
    """Runs one check after the other and prints how many."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryDirectory() as folder:
        check = _columns(Path(folder), arguments[1:]) if _WHAT.value == "columns" else _records(Path(folder))
        end, seed = time.monotonic() + _SECONDS.value, _SEED.value
        while time.monotonic() < end:
            try:
                check(Random(seed))
            except BaseException:
                print(f"seed {seed}:", flush=True)
                raise
            seed += 1
    print(f"{seed - _SEED.value:,} damaged {_WHAT.value}, no finding")


def _columns(folder: Path, paths: list[str]) -> Callable[[Random], object]:
    from tests.column_mutations import SEEDS, mutate
    from tests.readers.test_conll_fuzz import survive

    pieces = [
        content[: content.find(b"\n\n", _PIECE_BYTES) + 2] for content in (Path(path).read_bytes() for path in paths)
    ]
    return lambda random: survive(folder, mutate(random, random.choice([*SEEDS, *pieces])), random)


def _records(folder: Path) -> Callable[[Random], object]:
    from tests.programs.test_damage import DAMAGES, Reader, survive

    readers = []
    for compression in "", "GZIP":
        (folder / f"compressed-{compression}").mkdir()
        readers.append(Reader(folder / f"compressed-{compression}", compression))
    return lambda random: survive(random.choice(readers), random.choice(DAMAGES), random)


if __name__ == "__main__":
    app.run(main)
