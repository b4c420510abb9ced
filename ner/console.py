"""What programs print: durations, counts, tables and progress as people read them."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TextIO, TypeVar

from tqdm import tqdm

LOG_SECONDS = 10.0  # between two lines of progress in a log

Item = TypeVar("Item")


def format_duration(seconds: float) -> str:
    """Hours, minutes and seconds: `75.2` -> `1:15`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 sentence`, `1,234 sentences`; `plural` where it is not the noun with an s."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def align_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """One line a row, columns as wide as needed: the first is left-aligned, the others right-aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    return lines


def progress_bar(
    total: float, unit: str, *, done: float = 0, stream: TextIO | None = None, transient: bool = True, **layout: object
) -> tqdm:
    """A bar for `total` units of work, of which `done` are done; it draws nothing where `stream` is no terminal.

    `stream` is standard error if it is not given. A `transient` bar is cleared when it is closed, for what is printed
    next. `layout` are other arguments of tqdm.
    """
    stream = stream or sys.stderr
    return tqdm(
        total=total,
        initial=done,
        unit=f" {unit}",
        file=stream,
        leave=not transient,
        disable=not stream.isatty(),
        dynamic_ncols=True,
        **layout,
    )


def with_progress(
    items: Iterable[Item],
    amount: Callable[[Item], float],
    total: float,
    message: str,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Item]:
    """The same items, while standard error says how much of `total` is done; `amount` is what an item adds to it.

    `message` is a format of `done` and `total`, like `"scanned {done:,.0f} of {total:,.0f} MB"`. Nothing is printed for
    work of a second, and in a log nothing for work of ten.
    """
    done, printed_at = 0.0, clock()
    layout = "{desc} {percentage:3.0f}% |{bar:40}| {elapsed} < {remaining}"
    with progress_bar(total, "", desc=message.split(maxsplit=1)[0], bar_format=layout, delay=1) as bar:
        for item in items:
            done += amount(item)
            bar.update(amount(item))
            if bar.disable and (now := clock()) - printed_at >= LOG_SECONDS:
                printed_at = now
                print(message.format(done=done, total=total), file=sys.stderr, flush=True)
            yield item
