"""Names of reports on files that are in no split: never that of another report in the same work folder."""

import json
import re
from collections.abc import Sequence

from ner import files
from ner.data.dataset import SPLITS
from ner.file_names import stem
from ner.run_dir.workdir import ENSEMBLE, WorkDir

_TAKEN_ENDS = ("-suspects", "-evaluated", ENSEMBLE)  # a report, its files or its TensorBoard run have such names


def with_ensemble(name: str) -> str:
    """The name of the report of an ensemble, beside that of its first run alone."""
    return f"{name}{ENSEMBLE}"


def name_of_files(work: WorkDir, paths: Sequence[str], *, of_ensemble: bool = False) -> str:
    """What the report on `paths` is called: the first file's name without suffix, so that it replaces an older one.

    `-data` follows where that would be the name of a split, or of something that is written for another report, and a
    number where the folder has a report of that name on something else.
    """
    name = re.sub(r"[^\w.-]+", "-", stem(paths[0]))
    if name in SPLITS or name.endswith(_TAKEN_ENDS):
        name = f"{name}-data"
    number, found = 1, name
    while not _is_free(work, with_ensemble(found) if of_ensemble else found, paths):
        number += 1
        found = f"{name}-{number}"
    return found


def _is_free(work: WorkDir, name: str, paths: Sequence[str]) -> bool:
    """Whether there is no report of that name, or one on the same files."""
    path = files.join(work.reports, f"{name}.json")
    if not files.exists(path):
        return True
    with files.open_file(path, "r") as file:
        try:
            content = json.load(file)
        except ValueError:
            return False
    return isinstance(content, dict) and content.get("files") == list(paths)
