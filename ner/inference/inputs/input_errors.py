"""What happens to texts that cannot be read: the program ends, or they are left out or replaced, counted and named."""

from collections.abc import Callable

from ner.console import counted
from ner.errors import InputError

FAIL, SKIP, REPLACE = POLICIES = ("fail", "skip", "replace")
_DONE = {SKIP: "skipped", REPLACE: "replaced"}
_NAMED = 20  # of many, the first


class InputErrors:
    """Takes the errors of a stream of texts; `policy` is one of `POLICIES`, `note` takes lines for the user."""

    def __init__(self, policy: str, note: Callable[[str], object]) -> None:
        self.policy = policy
        self.number = 0
        self.note = note

    def add(self, error: InputError) -> None:
        """Raises the error where the policy is to fail; else counts it, and names the first ones."""
        if self.policy == FAIL:
            raise error
        self.number += 1
        if self.number <= _NAMED:
            self.note(f"{_DONE[self.policy]}: {error}")

    def summarize(self) -> None:
        """Says how many texts were skipped or replaced, where there were any."""
        if self.number:
            self.note(f"{counted(self.number, 'unreadable text')} {_DONE[self.policy]}")
