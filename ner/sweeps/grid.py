"""The trials of a sweep: which trainings are compared, each with a name that a folder can have."""

import difflib
import itertools
import urllib.parse
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ner.config import Config
from ner.errors import InputError
from ner.settings import settings_of

SEED = "seed"
LONGEST_NAME = 200  # bytes; file systems take 255, and files beside the folder want some of them


@dataclass(frozen=True)
class Trial:
    """One training of a sweep: the name of its folder, and the flags of `ner.train` that tell it from the others."""

    name: str
    flags: tuple[str, ...]

    @property
    def setting(self) -> str:
        """The name without its seed."""
        return self.without(SEED)

    def without(self, *settings: str) -> str:
        """The name without the values of `settings`: what trials that differ in nothing else have in common."""
        dropped = tuple(f"{name}=" for name in settings)
        return ",".join(part for part in self.name.split(",") if not part.startswith(dropped)) or "as given"


def grid(settings: Sequence[str], seeds: int | None = None, flagfiles: Sequence[str] = ()) -> list[Trial]:
    """Every flag file with every combination of settings and every seed from 0; the last named varies fastest.

    A setting is a text such as `learning_rate=0.001,0.003`. A flag file gives its stem to the name, a setting what
    it is: `small,learning_rate=0.001,seed=0`. A trial's flags stand in the same order, so that settings win over the
    flag file. Raises `InputError` where nothing is to be compared, a setting is unknown, of another type or given
    twice, a flag file is missing, or two trials would be the same.
    """
    axes = [[_part(name, value) for value in values] for name, values in _parsed(settings, seeds).items()]
    if flagfiles:
        axes.insert(0, [_flag_file(path) for path in flagfiles])
    if not axes:
        raise InputError("nothing to compare: give --grid=NAME=VALUE,VALUE, --flagfiles=FILE,FILE or --seeds=N")
    trials = [
        Trial(name=",".join(part for part, _ in parts), flags=tuple(flag for _, flag in parts))
        for parts in itertools.product(*axes)
    ]
    for name, count in Counter(trial.name for trial in trials).items():
        if count > 1:
            raise InputError(f"{count} trials would be called {name}: name each value once, and files apart")
        if len(name) > LONGEST_NAME:
            raise InputError(f"the trial's name is too long for a folder: {name}; shorten the name of the flag file")
    return trials


def _parsed(settings: Sequence[str], seeds: int | None) -> dict[str, list[str]]:
    """The values of each setting, written in one way only: `1e-3` and `0.001` are the same trial."""
    parsed: dict[str, list[str]] = {}
    for setting in [*settings, *([f"{SEED}={','.join(map(str, range(seeds)))}"] if seeds else [])]:
        name, equals, values = setting.partition("=")
        if not equals:
            raise InputError(f"--grid={setting}: expected NAME=VALUE,VALUE, such as --grid=learning_rate=0.001,0.003")
        if name in parsed:
            raise InputError(f"{name} is given twice: name it in one --grid (--seeds is a grid of seed)")
        parsed[name] = [_canonical(name, value) for value in values.split(",")]
    return parsed


def _canonical(name: str, value: str) -> str:
    settings = settings_of(Config)
    if name not in settings:
        near = difflib.get_close_matches(name, settings, n=1, cutoff=0)[0]
        raise InputError(
            f"--grid={name}: no setting of this name; the nearest is {near} (see python -m ner.train --help)"
        )
    try:
        read = settings[name].read(value)
    except InputError as error:
        raise InputError(f"--grid: {error}") from None
    return str(read).lower() if isinstance(read, bool) else str(read)


def _part(name: str, value: str) -> tuple[str, str]:
    return f"{name}={_file_safe(value)}", f"--{name}={value}"


def _flag_file(path: str) -> tuple[str, str]:
    if not Path(path).is_file():
        raise InputError(f"--flagfiles: {path}: no such file")
    return _file_safe(Path(path).stem), f"--flagfile={path}"


def _file_safe(text: str) -> str:
    """`text` without what means something in a path, or in the name of a trial."""
    return urllib.parse.quote(text, safe="")
