"""What the stages train: the presets of launch/flags, records made for the purpose, and a trainer on them."""

import dataclasses
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ner.config import Config, ModelConfig, TrainingConfig
from tests.benchmarks.gpu.context import ROOT, Context

PRESETS = ("original", "bidirectional", "fast", "best")  # those that the project has, in this order
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
    settings: dict[type, dict[str, Any]] = {ModelConfig: {}, TrainingConfig: {}}
    defaults = {field.name: (kind, field.default) for kind in settings for field in dataclasses.fields(kind)}
    for line in lines:
        if not line.startswith("--"):
            continue
        name, _, text = line.strip()[2:].partition("=")
        value: Any = text or True
        if name not in defaults and name.startswith("no"):
            name, value = name[2:], False
        if name not in defaults:
            raise ValueError(f"{line.strip()}: a setting of neither model nor training")
        kind, default = defaults[name]
        settings[kind][name] = _parsed(value, default) if isinstance(value, str) else value
    return Config(model=ModelConfig(**settings[ModelConfig]), training=TrainingConfig(**settings[TrainingConfig]))


def _parsed(text: str, default: Any) -> Any:
    return text.lower() == "true" if isinstance(default, bool) else type(default)(text)


def with_training(config: Config, **changes: Any) -> Config:
    """The same run with other training settings."""
    return dataclasses.replace(config, training=dataclasses.replace(config.training, **changes))


def shrunk(config: Config) -> Config:
    """The same architecture with at most 8 of everything: for a machine without a GPU."""
    sizes = {
        field.name: min(getattr(config.model, field.name), 8)
        for field in dataclasses.fields(config.model)
        if re.search(r"_(units|size|dim|filters|heads)$", field.name)
    }
    buckets = {
        field.name: min(getattr(config.model, field.name), 50)
        for field in dataclasses.fields(config.model)
        if field.name.endswith("buckets")
    }
    return dataclasses.replace(config, model=dataclasses.replace(config.model, **sizes, **buckets))


def settings_of(config: Config) -> dict[str, Any]:
    """All settings by the names of their flags."""
    return {**dataclasses.asdict(config.model), **dataclasses.asdict(config.training)}


def build_records(context: Context, name: str, **columns: str) -> str:
    """A folder with the records of column files that are given as texts by split; made once."""
    folder = context.scratch / f"records-{name}"
    if not folder.exists():
        flags = []
        for split, text in columns.items():
            path = context.scratch / f"{name}-{split}.txt"
            path.write_text(text, encoding="utf-8")
            flags.append(f"--{split}={path}")
        context.run_program("data_tools.build", *flags, f"--output_dir={folder}", cpu_only=True)
    return str(folder)


def sentence_of(characters: int) -> str:
    """A sentence with exactly so many characters in CoNLL columns: words of nine letters, every fifth one a name."""
    last = (characters - 1) % 10 + 1
    words = [9] * ((characters - last) // 10) + [last]
    letters = ["".join("abcdefgh"[(i + j) % 8] for j in range(size)) for i, size in enumerate(words)]
    return "".join(f"{word} {'O' if i % 5 else 'B-PER'}\n" for i, word in enumerate(letters)) + "\n"


def small_records(context: Context) -> str:
    """Records of some hundred invented sentences: of the smoke forms, and of runs that need no real text."""
    folder = context.scratch / "sample"
    if not folder.exists():
        context.run_program("data_tools.sample", f"--output_dir={folder}", cpu_only=True)
    texts = {split: (folder / f"{split}.txt").read_text(encoding="utf-8") for split in ("train", "validation", "test")}
    return build_records(context, "small", **texts)
