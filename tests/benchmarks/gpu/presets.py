"""Configurations of the stages: the presets of launch/flags, every architecture, and small ones for a CPU."""

import dataclasses
import itertools
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ner.config import HEADS, Config, ModelConfig
from ner.settings import settings_of
from ner.training_config import TrainingConfig
from tests.benchmarks.gpu.context import ROOT

PRESETS = ("original", "bidirectional", "fast", "best")  # those that the project has, in this order
LARGE_BATCHES = {"batch_size": 128, "learning_rate": 0.005, "epochs": 14}  # of best.flags, for GPUs
PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")


def preset_path(name: str) -> Path:
    """Where the flags of a preset are."""
    return ROOT / "launch" / "flags" / f"{name}.flags"


def present(names: Sequence[str] = PRESETS) -> list[str]:
    """Those of the presets that the project has."""
    return [name for name in names if preset_path(name).exists()]


def recommended() -> str:
    """The preset that is trained to the end: the best one that the project has."""
    return present(("best", "bidirectional"))[0]


def load_preset(name: str) -> Config:
    """The configuration that a preset's flags describe. Raises ValueError on a flag of neither dataclass."""
    return parse_flags(preset_path(name).read_text(encoding="utf-8").splitlines())


def parse_flags(lines: Iterable[str]) -> Config:
    """The configuration of flags, one a line; everything else is a comment."""
    settings, values = settings_of(Config), {}
    for line in lines:
        if not line.startswith("--"):
            continue
        name, equals, text = line.strip()[2:].partition("=")
        if not equals:
            name, text = (name[2:], "false") if name.startswith("no") and name not in settings else (name, "true")
        if name not in settings:
            raise ValueError(f"{line.strip()}: a setting of neither model nor training")
        values[name] = settings[name].read(text)
    model = {name: value for name, value in values.items() if name in settings_of(ModelConfig)}
    training = {name: value for name, value in values.items() if name not in model}
    return Config(model=ModelConfig(**model), training=TrainingConfig(**training))


def architectures() -> dict[str, Config]:
    """One network of the recommended preset with every encoder, head and whatever else a tagger has a choice of."""
    config = load_preset(recommended())
    choices = {name: one.choices for name, one in settings_of(ModelConfig).items() if one.choices}
    choices["head"] = tuple(HEADS)  # those that label characters
    made = {}
    for combination in itertools.product(*choices.values()):
        model = dataclasses.replace(config.model, members=1, **dict(zip(choices, combination, strict=True)))
        made[" ".join(combination) or recommended()] = dataclasses.replace(config, model=model)
    return made


def with_training(config: Config, **changes: Any) -> Config:
    """The same run with other training settings."""
    return dataclasses.replace(config, training=dataclasses.replace(config.training, **changes))


def shrunk(config: Config) -> Config:
    """One network of the same encoder and head with one layer, 8 of everything and tables of 64 rows: for a CPU."""
    most = {"layers": 1, "units": 8, "size": 8, "rows": 64}
    sizes = {
        name: min(getattr(config.model, name), most[found[1]])
        for name in settings_of(ModelConfig)
        if (found := re.search(r"_(layers|units|size|rows)$", name))
    }
    return dataclasses.replace(config, model=dataclasses.replace(config.model, members=1, **sizes))
