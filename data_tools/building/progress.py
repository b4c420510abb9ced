"""How far a long piece of work has come: a bar on a terminal, a line now and then in a log."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from tqdm import tqdm

LOG_SECONDS = 10.0

Item = TypeVar("Item")


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
    terminal = sys.stderr.isatty()
    what = message.split(maxsplit=1)[0]
    layout = "{desc} {percentage:3.0f}% |{bar:40}| {elapsed} < {remaining}"
    # tqdm's `delay` keeps short work silent; `leave=False` clears the line for what is printed next.
    with tqdm(total=total, desc=what, bar_format=layout, delay=1, leave=False, disable=not terminal) as bar:
        for item in items:
            done += amount(item)
            bar.update(amount(item))
            if not terminal and (now := clock()) - printed_at >= LOG_SECONDS:
                printed_at = now
                print(message.format(done=done, total=total), file=sys.stderr, flush=True)
            yield item
