"""A mutant: one line of the code changed so that a user would notice, and the tests that must notice first."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Mutant:
    """`old`, which occurs exactly once in `file`, becomes `new`; `tests` are files or `file::test`, apart by spaces."""

    name: str
    file: str
    old: str
    new: str
    tests: str

    def apply(self, root: Path = ROOT) -> str:
        """The text of the mutated file. Raises ValueError unless `old` occurs exactly once in the file."""
        text = (root / self.file).read_text(encoding="utf-8")
        if (count := text.count(self.old)) != 1:
            raise ValueError(f"mutant {self.name}: {self.old!r} occurs {count} times in {self.file}: correct the list")
        return text.replace(self.old, self.new)
