"""How many times sooner our training reaches the score at which the 2019 code ends.

    python -m tests.benchmarks.time_to_quality --records=DIR [--plain_epochs=6] [--workdir=DIR] [--plain_workdir=DIR]

The score is the character macro-F1 on the validation split. (a) is tests/benchmarks/plain_keras.py, the 2019 code in
today's Keras. Three parts, whose progress goes to standard error:

  ours            `python -m ner.train` from scratch in one go, with the flags of `ner.train` (not --validate_every);
                  without --flagfile the recommended preset. Its time begins with the process: imports, tracing and
                  validations count, and a score is there when it is validated.
  speed of (a)    A few of its `fit` steps are measured, on random padded batches from the shorter to the longer ones; a
                  first call does not count. Its time is that of the full batches of its epochs; its start and its
                  validations take none, in its favour.
  quality of (a)  NOT measured in plain Keras, where it takes days, but in our faster computation of the same model:
                  `ner.train` with the same size, optimizer, rate, batch size and number of epochs. Our batches are
                  sorted by length, keep no state from one to the next, and padding is no class.

JSON lines: `epoch_K` is the ratio at the score of (a) after K epochs. With --plain_epochs below all of them the end of
(a) is not known. Then `bound` is the ratio at our own best score against all epochs of (a): it holds if (a) ends no
better than that, and does not reach its end early. `extrapolated` draws a - b k^-c through three or more scores of (a).

--plain_workdir is carried on where it was left, and a --workdir that was finished here is not trained again: the
benchmark may be stopped and repeated. No other process may train there meanwhile. Times compare on one machine with
nothing else to do. `original.flags` on wikineural-en, on two CPU cores: ours under an hour, the speed of (a) ten
minutes, the quality of (a) twelve minutes an epoch.
"""

import json
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from absl import app, flags

from ner.config import Config
from ner.config_flags import define_flags, parse_flags, read_flags
from ner.data import dataset as records_dataset
from ner.run_dir.workdir import WorkDir
from ner.settings import values_of
from ner.training.launch_config import LaunchConfig

define_flags(LaunchConfig)
define_flags(Config)
_PLAIN_FLAGFILE = flags.DEFINE_string("plain_flagfile", "launch/flags/original.flags", "Model and training of (a).")
_PLAIN_EPOCHS = flags.DEFINE_integer("plain_epochs", None, "Epochs for the quality of (a); default: all.")
_PLAIN_WORKDIR = flags.DEFINE_string("plain_workdir", None, "Keeps the training for the quality of (a).")
_PLAIN_BATCHES = flags.DEFINE_integer("plain_batches", 4, "Batches for the speed of (a).", lower_bound=1)
_REPEATS = flags.DEFINE_integer("repeats", 1, "Counted repeats of these batches.", lower_bound=1)
_VALIDATIONS = flags.DEFINE_integer("validations_per_epoch", 2, "Of ours, at least.", lower_bound=1)

_PRESET = "launch/flags/bidirectional.flags"
_SCORE = "character/macro_f1"
_NOTE = "the scores of the 2019 code come from our faster computation of the same model, not from plain Keras"
_MARKER = "time_to_quality.json"  # in the work folder of a run that this program has trained in one go


def main(_: list[str]) -> None:
    """Trains ours, measures the speed of (a), trains for the quality of (a), and compares."""
    from tests.benchmarks.plain_keras import WHY_NOT
    from tests.benchmarks.quality_ratio import Plain, compare, headline
    from tests.benchmarks.repeats import print_lines

    if WHY_NOT:
        raise SystemExit(WHY_NOT)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # not to leave a training running
    sys.stdout.reconfigure(line_buffering=True)
    dataset = records_dataset.load(flags.FLAGS.records)
    config, plain_config = our_config(dataset), config_of(_PLAIN_FLAGFILE.value)
    epochs = plain_config.training.epochs
    shortened = shorten(plain_config, _PLAIN_EPOCHS.value or epochs)
    with tempfile.TemporaryDirectory() as scratch:
        ours, seconds = train_ours(config, dataset, Path(flags.FLAGS.workdir or f"{scratch}/ours"))
        best = max(point.score for point in ours)
        print_lines({"ours": {"validations": len(ours), "best_score": best, "seconds": seconds}})
        batch = measure_plain_batch()
        batches = dataset.split("train").sentences // plain_config.training.batch_size  # those not full are left out
        epoch_seconds = batches * batch["seconds_per_batch"]
        whole = {"batches_per_epoch": batches, "epoch_seconds": epoch_seconds, "seconds": epochs * epoch_seconds}
        print_lines({"plain_keras": {**batch, **whole}})
        scores = train_plain(shortened, dataset, Path(_PLAIN_WORKDIR.value or f"{scratch}/plain"))
    plain = Plain(scores, epochs, epoch_seconds)
    results = compare(plain, ours)
    print_lines(results)
    print(_NOTE)
    print(headline(plain, results))


def our_config(dataset):
    """What the flags of `ner.train` say, with as many validations as asked for."""
    config = read_flags(Config)
    steps = steps_per_epoch(config, dataset)
    return replace(config, training=replace(config.training, validate_every=max(1, steps // _VALIDATIONS.value)))


def config_of(flagfile):
    """What a flag file says, and the defaults of `ner.train`, whatever stands on this program's command line."""
    [config], _ = parse_flags([Config], [f"--flagfile={flagfile}"])
    return config


def shorten(config, epochs):
    """The first epochs of a run. Raises `SystemExit` where they would be others in a shorter run."""
    training = config.training
    if not 1 <= epochs <= training.epochs:
        raise SystemExit(f"--plain_epochs is {epochs}, expected 1 to {training.epochs}, as many as (a) has")
    if epochs < training.epochs and training.schedule != "constant":
        raise SystemExit(f"{_PLAIN_FLAGFILE.value}: with schedule {training.schedule}, leave out --plain_epochs")
    return replace(config, training=replace(training, epochs=epochs, validate_every=0))


def train_ours(config, dataset, folder):
    """Scores with the seconds after which they were there, and seconds of the whole; trains unless that was done.

    Raises `SystemExit` where the folder holds anything but the same run, trained in one go.
    """
    from tests.benchmarks.quality_ratio import Reached

    marker = folder / _MARKER
    if marker.exists():
        work = WorkDir(str(folder))
        if work.config() != config or work.dataset().fingerprint != dataset.fingerprint:
            raise SystemExit(f"{folder}: a run with other settings or records; name another --workdir")
    elif folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder}: not trained here in one go: its time is not known; name another --workdir")
    else:
        started = time.time()
        run_training(config, folder)
        marker.write_text(json.dumps({"started": started, "seconds": time.time() - started}), encoding="utf-8")
    run = json.loads(marker.read_text(encoding="utf-8"))
    return [Reached(one.time_seconds - run["started"], one.score) for one in validations(folder)], run["seconds"]


def train_plain(config, dataset, folder):
    """Scores of (a) after each epoch; begins or carries on a training. Raises `SystemExit` where one is missing."""
    run_training(config, folder)
    steps = steps_per_epoch(config, dataset)
    scores = {one.step: one.score for one in validations(folder)}
    epochs = range(1, config.training.epochs + 1)
    if missing := [epoch for epoch in epochs if epoch * steps not in scores]:
        raise SystemExit(f"{folder}: no validation after epoch {missing[0]}; name another --plain_workdir")
    return [scores[epoch * steps] for epoch in epochs]


def run_training(config, folder):
    """Runs `ner.train`. Raises `SystemExit` where it does not finish."""
    arguments = [f"--{name}={value}" for name, value in values_of(config).items()]
    folders = [f"--records={flags.FLAGS.records}", f"--workdir={folder}"]
    command = [sys.executable, "-m", "ner.train", *arguments, *folders]
    if status := subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        raise SystemExit(f"{folder}: ner.train ended with exit status {status}")


def validations(folder):
    """What a run has logged at its validations."""
    from tests.benchmarks.quality_curve import read_validations

    return read_validations(str(folder / "logs" / "validation"), _SCORE)


def steps_per_epoch(config, dataset):
    """Updates of an epoch."""
    from ner.data.batches import batches_per_epoch

    return batches_per_epoch(dataset.split("train"), config.training.batch_size, config.training.max_batch_characters)


def measure_plain_batch():
    """Medians of what `keras_2019` of tests.benchmarks.training_step measures."""
    from tests.benchmarks.repeats import medians
    from tests.benchmarks.workers import ask_worker

    options = [f"--records={flags.FLAGS.records}", f"--flagfile={_PLAIN_FLAGFILE.value}"]
    options.append(f"--plain_batches={_PLAIN_BATCHES.value}")
    answers = iter(ask_worker("tests.benchmarks.training_step", "keras_2019", options, 1 + _REPEATS.value))
    return medians({"plain": lambda: next(answers)}, _REPEATS.value)["plain"]


if __name__ == "__main__":
    preset = (
        []
        if any(argument.lstrip("-").startswith("flagfile") for argument in sys.argv[1:])
        else [f"--flagfile={_PRESET}"]
    )
    app.run(main, argv=[sys.argv[0], *preset, *sys.argv[1:]])
