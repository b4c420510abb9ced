"""The formats that can be read, by name: which one a file has is found by looking at its beginning."""

from collections.abc import Callable, Sequence

from data_tools.readers import conll, jsonl
from data_tools.readers.base import Reader
from data_tools.readers.read_options import ReadOptions
from data_tools.readers.sources import naming_damage, open_source
from ner.errors import InputError

_HEAD_BYTES = 1 << 16

# Format -> whether a file that begins so may have it, and how a split's files are opened. The first that fits wins.
FORMATS: dict[str, tuple[Callable[[bytes], bool], Callable[[Sequence[str], ReadOptions], Reader]]] = {
    "jsonl": (jsonl.is_jsonl, jsonl.open_reader),
    "columns": (lambda head: True, conll.open_reader),
}


def find_format(path: str) -> str:
    """The name of a file's format. Raises as `open_source` does where the file cannot be read."""
    with open_source(path) as file, naming_damage(path):
        head = file.read(_HEAD_BYTES)
    return next(name for name, (fits, _) in FORMATS.items() if fits(head))


def open_reader(paths: Sequence[str], options: ReadOptions) -> Reader:
    """The reader of a split's files. Raises `InputError` where formats differ, or as the format's reader does."""
    name = find_format(paths[0])
    for path in paths[1:]:
        if (other := find_format(path)) != name:
            raise InputError(f"{path}: {other}, but {paths[0]} is {name}; the files of a split must have one format")
    return FORMATS[name][1](paths, options)
