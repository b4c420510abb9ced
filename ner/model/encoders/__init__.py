"""Encoders: characters to features. A new one is a file here and a line in `ner.config.ENCODERS`."""

from importlib import import_module

from ner import config
from ner.model.encoders.base import Encoder


def _load(path: str) -> type[Encoder]:
    """The class of a path such as `module.Class` in this package."""
    module, _, name = path.partition(".")
    return getattr(import_module(f"{__name__}.{module}"), name)


ENCODERS: dict[str, type[Encoder]] = {name: _load(path) for name, path in config.ENCODERS.items()}
