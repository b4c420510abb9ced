"""Sentences as serialized `tf.train.Example`s, many at once. What they hold is described in `ner.data.example`.

The bytes are those that protobuf writes with `deterministic=True`, which are the same in every process. They are joined
here, because making messages of Python objects takes several times as long. Source of the wire format:
https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import numpy as np

from ner.text.sentence_batch import SentenceBatch
from ner.text.vocabulary import Vocabulary

_BYTES_LIST, _INT64_LIST = 1, 3  # numbers of the fields of `Feature`
_KINDS = {
    "chars": _BYTES_LIST,
    "document": _INT64_LIST,
    "labels": _BYTES_LIST,
    "line": _INT64_LIST,
    "source": _INT64_LIST,
    "text": _BYTES_LIST,
    "words": _BYTES_LIST,
}


def encode_batch(
    batch: SentenceBatch, vocabulary: Vocabulary, label_ids: dict[str, int], space_label: str = "inside"
) -> list[bytes]:
    """A serialized `tf.train.Example` for each sentence. Raises KeyError on a tag that `label_ids` lacks."""
    single = np.arange(len(batch) + 1)  # bounds of one number for each sentence
    features = {
        "chars": _pieces(vocabulary.encode(batch.text).astype("<u2", copy=False).tobytes(), 2 * batch.char_bounds),
        "document": _packed(batch.documents, single),
        "labels": _pieces(batch.char_labels(label_ids, space_label).tobytes(), batch.char_bounds),
        "line": _packed(batch.lines, single),
        "source": _packed(batch.sources, single),
        "text": _pieces(batch.text.encode(), _utf8_bounds(batch)),
        "words": _pieces(batch.word_marks().tobytes(), batch.char_bounds),
    }
    return [_example(values) for values in zip(*features.values(), strict=True)]


def _example(values: tuple[bytes, ...]) -> bytes:
    """The message with these values of the features in `_KINDS`, which are in the order of their names, as in a map."""
    parts: list[bytes] = []
    for (name, kind), value in zip(_KINDS.items(), values, strict=True):
        parts += (_entry_head(name, kind, len(value)), value)
    features = b"".join(parts)
    return _field_head(1, len(features)) + features


@lru_cache(maxsize=1 << 14)
def _entry_head(name: str, kind: int, length: int) -> bytes:
    """What stands in `Features` before a value of `length` bytes: the name, and a list of one value or numbers."""
    head = _field_head(1, length)
    for number in (kind, 2):  # the list in its Feature, the Feature in its FeatureEntry
        head = _field_head(number, len(head) + length) + head
    head = _field_head(1, len(name)) + name.encode() + head
    return _field_head(1, len(head) + length) + head


@lru_cache(maxsize=1 << 14)
def _field_head(number: int, length: int) -> bytes:
    """What stands before the content of a field that has a length: its number with wire type 2, and the length."""
    head = bytearray((number << 3 | 2,))
    while length > 0x7F:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    head.append(length)
    return bytes(head)


def _pieces(content: bytes, bounds: np.ndarray) -> Iterator[bytes]:
    return (content[start:end] for start, end in pairwise(bounds.tolist()))


def _packed(numbers: np.ndarray, bounds: np.ndarray) -> Iterator[bytes]:
    """The numbers between each two bounds as varints: seven bits a byte, the lowest first, all but the last marked."""
    sizes = np.ones(len(numbers), np.int64)
    for bits in range(7, 35, 7):
        sizes += numbers >> bits > 0
    ends = np.cumsum(sizes)
    packed = np.empty(int(sizes.sum()), np.uint8)
    for index in range(int(sizes.max(initial=0))):
        present = sizes > index
        more = (sizes[present] > index + 1) * 0x80
        packed[(ends - sizes)[present] + index] = numbers[present] >> 7 * index & 0x7F | more
    return _pieces(packed.tobytes(), np.append(0, ends)[bounds])


def _utf8_bounds(batch: SentenceBatch) -> np.ndarray:
    """First byte of each sentence in the UTF-8 text, and the length of all, int64 [N + 1]."""
    if batch.text.isascii():
        return batch.char_bounds
    wide = batch.code_points[:, None] >= np.array([0x80, 0x800, 0x10000], np.uint32)
    ends = np.cumsum(1 + wide.sum(axis=1))
    return np.append(0, ends)[batch.char_bounds]
