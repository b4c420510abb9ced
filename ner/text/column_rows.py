"""The lines of a column file that hold a sentence, as they were read, and the same lines with predicted tags."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ColumnRows:
    """Lines without their ends: rows of tokens, and what stands between and around them.

    `token_lines` are the indices of the lines that hold the tokens, in order. A line that is a row but no token has its
    own last column already: `O` a document's line, `_` a multiword token. `separator` stands between columns. Some line
    may say that a document begins here.
    """

    lines: tuple[str, ...]
    token_lines: tuple[int, ...]
    separator: str
    begins_document: bool = False

    def with_tags(self, tags: Sequence[str]) -> str:
        """All lines in order, those of tokens with their tag as another column; each with a line feed."""
        lines = list(self.lines)
        for line, tag in zip(self.token_lines, tags, strict=True):
            lines[line] += self.separator + tag
        return "".join(f"{line}\n" for line in lines)
