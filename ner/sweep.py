"""Trains and compares settings: a grid of them, a list of flag files, or both, each with several seeds.

    python -m ner.sweep --output_dir=sweep --grid=learning_rate=0.001,0.003 --grid=lstm_layers=1,2 --seeds=3 \\
        -- --records=records --flagfile=launch/flags/small.flags
    python -m ner.sweep --output_dir=sweep --flagfiles=a.flags,b.flags --jobs=2 -- --records=records

What stands after `--` goes to every `python -m ner.train`; a trial's own flags win over it. The same command again
trains what is not finished. Exit status as of ner.train, and 1 where a trial failed, which stops no other.
"""

from collections.abc import Sequence

from absl import flags

from ner.cli import run_program
from ner.config import Config
from ner.config_flags import parse_flags
from ner.data.dataset import Dataset
from ner.errors import InputError
from ner.files import is_remote
from ner.signals import StopRequests
from ner.sweeps.grid import Trial, grid
from ner.sweeps.planned import Planned
from ner.sweeps.sweep import Sweep
from ner.training.launch_config import ClusterConfig, LaunchConfig

_OUTPUT_DIR = flags.DEFINE_string(
    "output_dir",
    None,
    "Folder of the sweep, with a work folder for each trial; made if it is not there.",
    required=True,
)
_GRID = flags.DEFINE_multi_string(
    "grid", [], "A setting of ner.train and its values: NAME=VALUE,VALUE. Several flags: every combination."
)
_FLAGFILES = flags.DEFINE_list("flagfiles", [], "Flag files of ner.train, each a trial, or a grid where one is given.")
_SEEDS = flags.DEFINE_integer("seeds", None, "Train each with so many seeds, from 0.", lower_bound=1)
_JOBS = flags.DEFINE_integer("jobs", 1, "Trials at a time; each gets its share of the cores.", lower_bound=1)
_JOB_INDEX = flags.DEFINE_integer("job_index", 0, "Number of this job of an array of jobs, from 0.", lower_bound=0)
_NUM_JOBS = flags.DEFINE_integer(
    "num_jobs", 1, "Jobs of the array, the same in all of them: each trains its share of the trials.", lower_bound=1
)
_NOWHERE = "WORKDIR"  # stands for a trial's own folder while its flags are checked


def planned(trials: Sequence[Trial], arguments: Sequence[str]) -> list[Planned]:
    """The trials with the settings and records that ner.train would find in their flags.

    Raises `InputError` on a flag or a value that ner.train would refuse, on records that are incomplete, and where two
    trials are the same training.
    """
    found: dict[object, Planned] = {}
    datasets: dict[str, Dataset] = {}
    for trial in trials:
        try:
            one = _planned(trial, arguments, datasets)
        except InputError as error:
            raise InputError(f"trial {trial.name}: {error}") from None
        same = found.setdefault((one.config, one.dataset.fingerprint), one)
        if same.trial != trial:
            raise InputError(f"trials {same.trial.name} and {trial.name} are the same training: leave one of them out")
    return list(found.values())


def _planned(trial: Trial, arguments: Sequence[str], datasets: dict[str, Dataset]) -> Planned:
    """One trial, checked; `datasets` keeps what was loaded, by the name of its folder."""
    kinds = (LaunchConfig, Config, ClusterConfig)
    (options, config, _), unexpected = parse_flags(kinds, [f"--workdir={_NOWHERE}", *arguments, *trial.flags])
    if unexpected:
        raise InputError(f"unexpected argument {unexpected[0]!r}: options are given as --name=value (see --help)")
    if options.workdir != _NOWHERE:
        raise InputError("--workdir is given, but each trial has a folder of its own in --output_dir")
    if options.dry_run:
        raise InputError("--dry_run trains nothing; try it with python -m ner.train")
    if options.records not in datasets:
        datasets[options.records] = options.load_records()
    options.check(config, datasets[options.records])
    return Planned(trial, config, datasets[options.records])


def main(arguments: list[str]) -> int:
    """Checks every trial before the first is trained, then trains this job's share of them."""
    folder, jobs, index, num_jobs = _OUTPUT_DIR.value, _JOBS.value, _JOB_INDEX.value, _NUM_JOBS.value
    if is_remote(folder):
        raise InputError(f"--output_dir={folder}: wanted a local or mounted folder, because trials are locked by files")
    if index >= num_jobs:
        raise InputError(f"--job_index={index}: wanted a number below --num_jobs={num_jobs}")
    trials = grid(_GRID.value, _SEEDS.value, _FLAGFILES.value)
    share = planned(trials, arguments)[index::num_jobs]
    with StopRequests() as stop:
        return Sweep(folder, trials, share, arguments, jobs).train(stop)


def cli() -> None:
    """Entry point of the console script `ner-sweep`."""
    run_program(main, arguments=True)


if __name__ == "__main__":
    cli()
