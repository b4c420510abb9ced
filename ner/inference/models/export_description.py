"""`export.json`, the mark of an export: which format it has, and which step of a run it holds."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from ner import files
from ner.errors import InputError

FILE_NAME = "export.json"
SAVED_MODEL, ONNX = FORMATS = ("saved_model", "onnx")


def is_export(folder: str) -> bool:
    """Whether `folder` is an export, of any format."""
    return files.exists(files.join(folder, FILE_NAME))


@dataclass(frozen=True, kw_only=True)
class Description:
    """The content of `export.json`; `dialect` is the layout of the training data, if it was in columns."""

    format: str
    step: int
    labels: tuple[str, ...]
    dialect: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: str) -> None:
        """Writes `export.json` into `folder`."""
        files.write_atomically(files.join(folder, FILE_NAME), (json.dumps(asdict(self), indent=1) + "\n").encode())

    @classmethod
    def read(cls, folder: str) -> "Description":
        """The description of the export in `folder`. Raises `InputError` where there is none of this version."""
        path = files.join(folder, FILE_NAME)
        if not is_export(folder):
            raise InputError(f"{folder}: no {FILE_NAME} here; name a folder that `python -m ner.export` wrote")
        with files.open_file(path, "r") as file:
            try:
                content = json.load(file)
                found = cls(**{**content, "labels": tuple(content["labels"])})
            except (KeyError, TypeError, ValueError) as error:
                raise InputError(f"{path}: not a description of an export ({error!r}); export again") from None
        if found.format not in FORMATS:
            raise InputError(f"{path}: format {found.format!r} is not one of {FORMATS}; export again")
        return found
