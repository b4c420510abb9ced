"""Stands in for `python -m ner.train` in tests of sweeps: takes its flags, and sleeps instead of learning.

It fails with a learning rate of 9, notes each start with
its threads, carries on where it was stopped, takes its time to save, and leaves a file `collision` where two of it run
in one folder.
"""

import os
import shutil
import signal
import sys
import time
from pathlib import Path

SECONDS_PER_EPOCH = 0.05
SECONDS_TO_SAVE = 0.1  # or what the environment variable of this name says


def install(folder):
    """A folder for PYTHONPATH, where `ner.train` is this file and all else of `ner` is the real one."""
    import ner

    (folder / "ner").mkdir(parents=True)
    (folder / "ner/__init__.py").write_text(f"__path__.append({str(Path(ner.__file__).parent)!r})\n")
    shutil.copy(__file__, folder / "ner/train.py")
    return folder


def settings_of(arguments):
    settings = {}
    for argument in arguments:
        name, _, value = argument.removeprefix("--").partition("=")
        settings.update(settings_of(Path(value).read_text().split()) if name == "flagfile" else {name: value})
    return settings


def save_and_leave(work):
    time.sleep(float(os.environ.get("SECONDS_TO_SAVE", SECONDS_TO_SAVE)))
    print("stopped and saved", flush=True)
    (work / "in_use").unlink()
    os._exit(75)


def train(settings):
    import dataclasses
    import json

    from ner.config import Config, ModelConfig
    from ner.training_config import TrainingConfig

    work = Path(settings["workdir"])
    signal.signal(signal.SIGTERM, lambda *_: save_and_leave(work))
    (work / ("collision" if (work / "in_use").exists() else "in_use")).touch()
    with (work / "starts").open("a") as file:
        names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "CUDA_VISIBLE_DEVICES")
        file.write(" ".join(str(os.environ.get(name)) for name in names) + "\n")
    known = {field.name: field.type for field in dataclasses.fields(TrainingConfig)}
    config = TrainingConfig(**{name: known[name](value) for name, value in settings.items() if name in known})
    shutil.copy(Path(settings["records"]) / "dataset.json", work)
    (work / "config.json").write_text(Config(model=ModelConfig(), training=config).to_json())
    if config.learning_rate == 9:
        print("ner.train: error: the loss became nan\na line after it", flush=True)
        (work / "in_use").unlink()
        sys.exit(1)
    position = work / "position"
    begun = time.time()
    done = int(position.read_text()) if position.exists() else 0
    while done < config.epochs:
        time.sleep(SECONDS_PER_EPOCH)
        done += 1
        (work / "position.new").write_text(str(done))
        (work / "position.new").replace(position)  # a stop in between must not leave an empty file
    score = config.learning_rate + config.seed / 10
    result = {"best_metric": "entity/micro_f1", "best_score": score, "best_step": 10 * done, "epochs": float(done)}
    (work / "result.json").write_text(json.dumps({**result, "seconds": 60.0}))
    (work / "times").write_text(f"{begun} {time.time()}")
    (work / "in_use").unlink()


if __name__ == "__main__":
    train(settings_of(sys.argv[1:]))
