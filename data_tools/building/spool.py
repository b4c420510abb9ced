"""Sentences between the two passes of a build: batches of arrays in temporary files, so that text is parsed once."""

import io
from collections.abc import Iterator

import numpy as np
from numpy.lib import format as npy

from ner import files
from ner.text.sentence_batch import SentenceBatch


def pack(batch: SentenceBatch) -> bytes:
    """A batch as it stands in a spool: each part of it as an array in NumPy's own format."""
    packed = io.BytesIO()
    texts = batch.text, "\n".join(batch.tag_names)
    numbers = batch.num_tokens, batch.lengths, batch.gaps, batch.tag_ids, batch.documents, batch.sources, batch.lines
    arrays = [np.frombuffer(text.encode(), np.uint8) for text in texts]
    for array in [*arrays, *(part.astype(np.min_scalar_type(part.max())) for part in numbers)]:
        npy.write_array(packed, array, allow_pickle=False)
    return packed.getvalue()


def read_batches(path: str, offset: int) -> Iterator[SentenceBatch]:
    """The batches of a file in order, from the one that begins at byte `offset` on."""
    size_bytes = files.size_bytes(path)
    with files.open_file(path) as file:
        file.seek(offset)
        while file.tell() < size_bytes:
            text, tag_names, *numbers = (npy.read_array(file, allow_pickle=False) for _ in range(9))
            num_tokens, lengths, gaps, tag_ids, documents, sources, lines = (part.astype(np.int64) for part in numbers)
            yield SentenceBatch(
                text=text.tobytes().decode(),
                num_tokens=num_tokens,
                lengths=lengths,
                gaps=gaps.astype(np.bool_),
                tag_ids=tag_ids,
                tag_names=tuple(tag_names.tobytes().decode().split("\n")),
                documents=documents,
                sources=sources,
                lines=lines,
            )
