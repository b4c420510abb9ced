"""Tagged texts as a folder of brat: NAME.txt and NAME.ann for each input file, which `data_tools.build` reads."""

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO

from ner.errors import InputError
from ner.file_names import distinct, stem
from ner.files import naming
from ner.inference.doc import Doc
from ner.inference.inputs.byte_stream import STANDARD_INPUT
from ner.inference.inputs.input_text import InputText
from ner.text.standoff import Standoff, standoff_lines


class BratFolder:
    """A folder that is made where it is missing. Each text becomes a line, below those of its file.

    `paths` are the input files, each named once; `names` says what NAME is for each of them: the name without suffix,
    with a number after it where an earlier file has the same. Raises `InputError`, before anything is written, where a
    file is named twice, or one of an output file's name is there already: it may be the input, or somebody's
    corrections.
    """

    def __init__(self, folder: str, paths: Sequence[str]) -> None:
        self._folder = Path(folder)
        path, times = Counter(paths).most_common(1)[0]
        if times > 1:
            raise InputError(f"{path}: named {times} times, but a folder of brat has each file once; name it once")
        names = distinct("stdin" if path == STANDARD_INPUT else stem(path) for path in paths)
        self.names = dict(zip(paths, names, strict=True))
        for target in (target for path in paths for target in self._targets(path)):
            if target.exists():
                raise InputError(f"{target}: exists already; name an empty folder with --output_dir")
        self._folder.mkdir(parents=True, exist_ok=True)
        self._path = ""  # of the input file
        self._files: tuple[IO[str], IO[str]] | None = None  # of its text and its annotations
        self._characters, self._entities = 0, 0  # written so far

    def __enter__(self) -> "BratFolder":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._close()
        if error is None:  # of an empty file, there was no text to be added
            for path in self.names:
                for target in self._targets(path):
                    target.touch()

    def add(self, source: InputText, doc: Doc) -> str:
        """Writes a text and its entities; returns what goes to standard output, which is nothing."""
        if source.rows is not None and not source.text.starts:
            return ""  # lines between the sentences of a column file
        if self._files is None or source.path != self._path:
            self._open(source.path)
        if self._files is not None:
            text, annotations = self._files
            entities = [Standoff(one.label, one.start, one.end) for one in doc.ents]
            lines = standoff_lines(doc.text, entities, offset=self._characters, first=self._entities + 1)
            with naming(str(self._folder)):
                text.write(f"{doc.text}\n")
                annotations.writelines(lines)
            self._characters += len(doc.text) + 1
            self._entities += len(entities)
        return ""

    def _open(self, path: str) -> None:
        self._close()
        text, annotations = (
            target.open("x", encoding="utf-8", errors="replace", newline="") for target in self._targets(path)
        )
        self._path, self._files = path, (text, annotations)
        self._characters, self._entities = 0, 0

    def _targets(self, path: str) -> list[Path]:
        return [self._folder / f"{self.names[path]}{suffix}" for suffix in (".txt", ".ann")]

    def _close(self) -> None:
        written, self._files = self._files or (), None
        with naming(str(self._folder)), ExitStack() as stack:
            for file in written:
                stack.callback(file.close)
