"""Heads: features to label scores and a loss. A new one is a file here and a line in `ner.config.HEADS`."""

from importlib import import_module

from ner import config
from ner.model.heads.base import Head


def _load(path: str) -> type[Head]:
    """The class of a path such as `module.Class` in this package."""
    module, _, name = path.partition(".")
    return getattr(import_module(f"{__name__}.{module}"), name)


HEADS: dict[str, type[Head]] = {name: _load(path) for name, path in config.HEADS.items()}
PRETRAINING_HEADS: dict[str, type[Head]] = {name: _load(path) for name, path in config.PRETRAINING_HEADS.items()}
