"""Tags a stream of texts and writes what is rendered of them, window by window."""

import sys
from collections.abc import Iterable

from ner.inference.input_text import Window
from ner.inference.pipeline import Tagger
from ner.inference.rendering import Renderer


def write_tagged(nlp: Tagger, windows: Iterable[Window], render: Renderer, *, batch_size: int) -> None:
    """Prints the rendered texts of each window as soon as it is read and tagged."""
    for window in windows:
        sys.stdout.writelines(map(render, nlp.tag(window, batch_size=batch_size)))
        sys.stdout.flush()
