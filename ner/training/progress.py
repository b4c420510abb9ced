"""What a run tells its user: a bar on a terminal, one line a report in a log."""

import sys
from typing import TextIO

from tqdm import tqdm

from ner.console import format_duration
from ner.training.step import Totals


class Progress:
    """Shows how many sentences of a run are seen on `stream`: a tqdm bar if it is a terminal, else lines."""

    def __init__(self, epochs: int, sentences: int, seen: int, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._epochs = epochs
        self._sentences = sentences  # of all epochs
        self._seen = seen
        self._bar = tqdm(
            total=sentences,
            initial=seen,
            unit=" sentences",
            unit_scale=True,
            file=self._stream,
            dynamic_ncols=True,
            disable=not self._stream.isatty(),
        )

    def advance(self, sentences: int) -> None:
        """One more step is done, on so many sentences."""
        self._seen += sentences
        self._bar.update(sentences)

    def report(self, step: int, epoch: float, totals: Totals, seconds: float, learning_rate: float) -> None:
        """Tells loss and speed over the last `seconds`, in which `totals` was added up, and the `epoch` reached."""
        loss = f"loss {totals.loss / max(1, totals.characters):.4f}"
        speed = f"{totals.characters / seconds:,.0f} characters/s"
        if not self._bar.disable:
            self._bar.set_description_str(f"step {step:,}")
            self._bar.set_postfix_str(f"{loss}, {speed}")
            return
        left = (self._sentences - self._seen) * seconds / max(1, totals.sentences)
        self.note(
            f"step {step:,}  epoch {epoch:.2f}/{self._epochs}  {loss}  "
            f"learning rate {learning_rate:.2e}  {totals.sentences / seconds:,.0f} sentences/s, {speed}  "
            f"{format_duration(left)} left"
        )

    def note(self, text: str) -> None:
        """Prints a line of its own."""
        self._bar.write(text, file=self._stream)
        self._stream.flush()

    def close(self) -> None:
        """Leaves the bar as it stands."""
        self._bar.close()
