"""Batches of texts, read as tests want them."""

import numpy as np

from ner.text.spacing import as_trained
from ner.text.text_batch import TextBatch


def text_as_trained(text, spacing):
    """One text as a model reads it."""
    [read] = as_trained(TextBatch.from_texts([text]), spacing).to_texts()
    return read


def windows_in_words(batch, windows):
    """Each window's text, words, and the words that count."""
    characters = "".join(map(chr, batch.code_points.tolist()))
    words = np.array([characters[start:end] for start, end in zip(batch.starts, batch.ends, strict=True)] + [""])[:-1]
    columns = (windows.first_char, windows.end_char, windows.first_word, windows.end_word)
    counted = zip(windows.first_counted, windows.end_counted, strict=True)
    return [
        (characters[first:end], words[word:stop].tolist(), words[slice(*bounds)].tolist())
        for first, end, word, stop, bounds in zip(*columns, counted, strict=True)
    ]
