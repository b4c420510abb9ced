"""What tasks of a build returned, as files that processes of other machines read."""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ner import files
from ner.errors import InputError


@dataclass(frozen=True, slots=True)
class TaskResults:
    """The results of one call of a `Map`: a file in `folder` for each task, called `name` and the task's number."""

    folder: str
    name: str

    def _path(self, number: int) -> str:
        return files.join(self.folder, f"{self.name}-{number:06d}.pickle")

    def run(self, function: Callable[[Any], Any], number: int, task: Any) -> None:
        """Calls `function(task)` and keeps what it returns, or the `InputError` that it raises."""
        try:
            result = function(task)
        except InputError as error:
            result = error
        with files.new_file(self._path(number)) as file:
            file.write(pickle.dumps(result))

    def present(self) -> set[int]:
        """Numbers of the tasks that have a result."""
        prefix, suffix = f"{self.name}-", ".pickle"
        names = [name for name in files.list_folder(self.folder) if name.startswith(prefix) and name.endswith(suffix)]
        return {int(name[len(prefix) : -len(suffix)]) for name in names}

    def load(self, number: int) -> Any:
        """What the task of that number returned. Raises the `InputError` that it raised."""
        with files.open_file(self._path(number)) as file:
            result = pickle.loads(file.read())
        if isinstance(result, InputError):
            raise result
        return result
