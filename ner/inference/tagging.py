"""Tags a stream of texts and writes what is rendered of them, window by window."""

from collections.abc import Iterable
from typing import IO

from ner.files import naming
from ner.inference.inputs.input_text import Window, with_whole_documents
from ner.inference.outputs.rendering import Renderer
from ner.inference.pipeline import Tagger


def write_tagged(
    nlp: Tagger,
    windows: Iterable[Window],
    render: Renderer,
    output: IO[str],
    *,
    batch_size: int | None,
) -> None:
    """Writes the rendered texts of each window as soon as it is read and tagged.

    Where sentences of a document inform each other, windows are cut between documents, so that each is read whole.
    """
    _write(output, [render.head])
    for window in with_whole_documents(windows) if nlp.uses_documents else windows:
        texts, documents = [source.text for source in window], [source.document for source in window]
        docs = nlp.tag(texts, batch_size=batch_size, documents=documents)
        _write(output, (render.text(source, doc) for source, doc in zip(window, docs, strict=True)))
    _write(output, [render.tail])


def _write(output: IO[str], texts: Iterable[str]) -> None:
    with naming("output"):
        output.writelines(texts)
        output.flush()
