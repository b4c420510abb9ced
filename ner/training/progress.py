"""What a run tells its user: a bar on a terminal, one line a report in a log."""

import sys
from typing import TextIO

from tqdm import tqdm

from ner.training.step import Totals


class Progress:
    """Shows the steps of a run on `stream`: a tqdm bar if it is a terminal, else lines."""

    def __init__(self, total_steps: int, steps_per_epoch: int, first_step: int, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._total_steps = total_steps
        self._steps_per_epoch = steps_per_epoch
        self._bar = tqdm(
            total=total_steps,
            initial=first_step,
            unit="step",
            file=self._stream,
            dynamic_ncols=True,
            disable=not self._stream.isatty(),
        )

    def advance(self) -> None:
        """One more step is done."""
        self._bar.update()

    def report(self, step: int, totals: Totals, seconds: float, learning_rate: float) -> None:
        """Tells loss and speed over the last `seconds`, in which `totals` was added up."""
        speed = f"{totals.sentences / seconds:,.0f} sentences/s, {totals.characters / seconds:,.0f} characters/s"
        loss = f"loss {totals.loss / max(1, totals.characters):.4f}"
        if not self._bar.disable:
            self._bar.set_postfix_str(f"{loss}, {speed}")
            return
        left = (self._total_steps - step) * seconds / max(1, totals.updates)
        self.note(
            f"step {step:,}/{self._total_steps:,}  epoch {step / self._steps_per_epoch:.2f}  {loss}  "
            f"learning rate {learning_rate:.2e}  {speed}  {clock(left)} left"
        )

    def note(self, text: str) -> None:
        """Prints a line of its own."""
        self._bar.write(text, file=self._stream)
        self._stream.flush()

    def close(self) -> None:
        """Leaves the bar as it stands."""
        self._bar.close()


def clock(seconds: float) -> str:
    """Hours, minutes and seconds: `75.2` -> `1:15`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
