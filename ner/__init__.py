"""Character-level named-entity recognition: records, tagger, training and analysis.

`ner.Tagger` tags text with what was trained (`ner.inference.pipeline`); it is imported when it is first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ner.inference.doc import Doc as Doc
    from ner.inference.doc import Entity as Entity
    from ner.inference.pipeline import Tagger as Tagger

_PUBLIC = {"Tagger": "ner.inference.pipeline", "Doc": "ner.inference.doc", "Entity": "ner.inference.doc"}

__all__ = ["Doc", "Entity", "Tagger"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'ner' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_PUBLIC[name]), name)
