"""Sentences as numbers, so that those that occur in several splits are found in little memory.

A key is a hash of the tokens. The keys of a part of a split lie in a file beside its spool, 8 bytes each; the keys of
validation and test are held in memory, and those of train pass by.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from data_tools.building.split_scan import SplitScan
from data_tools.building.spool import lost
from ner import files
from ner.text.sentence_batch import SentenceBatch

_SUFFIX = ".keys"


def sentence_keys(sentences: SentenceBatch) -> np.ndarray:
    """64 bits of a hash of the tokens of each sentence, the same in every process and on every machine: uint64 [N]."""
    digests = [hashlib.blake2b(text.encode(), digest_size=8).digest() for text in sentences.spaced_texts]
    return np.frombuffer(b"".join(digests), "<u8")


def write_keys(spool: str, keys: Sequence[np.ndarray]) -> None:
    """Writes the keys of the sentences in a spool, batch by batch."""
    with files.new_file(f"{spool}{_SUFFIX}", durable=False) as file:
        file.write(b"".join(part.tobytes() for part in keys))


def _read_keys(spools: Mapping[str, int]) -> np.ndarray:
    """The keys of the sentences in these spools, each of which holds so many: uint64 [N]."""
    found = [np.zeros(0, "<u8")]
    for spool, sentences in spools.items():
        path = f"{spool}{_SUFFIX}"
        with files.open_file(path) as file:
            content = file.read()
        if len(content) != sentences * found[0].itemsize:
            raise lost(path)
        found.append(np.frombuffer(content, "<u8"))
    return np.concatenate(found)


def count_shared(train: SplitScan, other: SplitScan) -> int:
    """How many sentences of another split occur in train, word for word."""
    keys, numbers = np.unique(_read_keys(_spools(other)), return_counts=True)
    shared = np.zeros(len(keys), np.bool_)
    for spool, sentences in _spools(train).items():
        passing = _read_keys({spool: sentences})
        places = np.minimum(np.searchsorted(keys, passing), len(keys) - 1)
        shared[places[keys[places] == passing]] = True
    return int(numbers[shared].sum())


def _spools(scan: SplitScan) -> Counter[str]:
    """The spools of a split in order, and how many sentences each holds."""
    spools: Counter[str] = Counter()
    for mark in scan.marks:
        spools[mark.spool] += mark.sentences
    return spools
