"""Text for a terminal."""

import re

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")  # a terminal would execute these; a tab is harmless


def printable(text: str) -> str:
    """The text with control characters replaced, so that a terminal does not execute them."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
