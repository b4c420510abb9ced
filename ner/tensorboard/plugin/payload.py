"""The format of the NER tab's data: one blob sequence an evaluation.

| blob | content |
|---|---|
| `header` | JSON: `version`, names, sizes and the confusion matrices; small, because the tab reads every step's |
| `entities` | a byte for each gold entity in file order: `Outcomes.gold_outcomes` |
| `confidences` | a byte for each gold entity: the mean probability of its words' gold labels, times 255 |
| `sentences` | a bit for each sentence, the first in the highest bit of a byte: whether all its entities are correct |
| `units` | uint32 [U, K, 3], gzip: correct, predicted and gold entities of each type in each unit of the bootstrap |
| `strings` | JSON, gzip: entities by their text |
| `examples` | arrays, .npz: which kept sentences are examples of which cells, and their entities: see `example_index` |
| `texts`, `fields` | the kept sentences: see `sentence_lines` |

TensorBoard lists a blob sequence only if its metadata has a `data_class`, and reads a blob only on request.
"""

import gzip
import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from tensorboard.compat.proto import summary_pb2

from ner.evaluation.analysis.outcomes import CORRECT, UNDECIDED

PLUGIN = "ner"
TAG = "ner/evaluation"
VERSION = 10


class Parts(NamedTuple):
    """What the blobs are made of: `entities` uint8 [gold entities], `confidences` float of the same from 0 to 1,
    `sentences` bool [S], `units` [U, K, 3].
    """

    header: Mapping[str, Any]
    entities: np.ndarray
    confidences: np.ndarray
    sentences: np.ndarray
    units: np.ndarray
    strings: Mapping[str, Any]
    examples: Mapping[str, np.ndarray]
    texts: bytes
    fields: bytes


PARTS = Parts._fields


class UnreadableError(ValueError):
    """A blob that another version wrote, or that is damaged; the message is shown to users."""


def metadata() -> summary_pb2.SummaryMetadata:
    """The metadata of every evaluation summary."""
    return summary_pb2.SummaryMetadata(
        plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name=PLUGIN),
        data_class=summary_pb2.DATA_CLASS_BLOB_SEQUENCE,
    )


def pack(parts: Parts) -> list[bytes]:
    """The blobs in the order of `PARTS`."""
    examples = io.BytesIO()
    np.savez_compressed(examples, **parts.examples)  # type: ignore[arg-type]
    return [
        _json({"version": VERSION, **parts.header}),
        parts.entities.tobytes(),
        np.round(255 * parts.confidences).astype(np.uint8).tobytes(),
        np.packbits(parts.sentences).tobytes(),
        _gzip(parts.units.astype("<u4").tobytes()),
        _gzip(_json(parts.strings)),
        examples.getvalue(),
        parts.texts,
        parts.fields,
    ]


def read_header(blobs: Sequence[bytes]) -> dict[str, Any]:
    """The header among the first blobs of an evaluation. Raises `UnreadableError`."""
    try:
        header = json.loads(blobs[0])
        version = header["version"]
    except (IndexError, KeyError, TypeError, ValueError) as error:
        raise UnreadableError(f"damaged: not an evaluation of this project ({type(error).__name__})") from None
    if version != VERSION:
        raise UnreadableError(
            f"written by another version of this project (format {version}, not {VERSION}); "
            "`python -m ner.evaluate` writes it again"
        )
    return header


def entity_correct(blob: bytes) -> np.ndarray:
    """bool [gold entities] from the blob `entities`: whether each is correct."""
    outcomes = np.frombuffer(blob, np.uint8)
    return (outcomes >= CORRECT) & (outcomes != UNDECIDED)


def entity_decided(blob: bytes) -> np.ndarray:
    """bool [gold entities] from the blob `entities`: whether each is correct or wrong, and not undecided."""
    return np.frombuffer(blob, np.uint8) != UNDECIDED


def gold_confidences(blob: bytes) -> np.ndarray:
    """float32 [gold entities] from the blob `confidences`, from 0 to 1."""
    return np.frombuffer(blob, np.uint8).astype(np.float32) / 255


def sentence_bits(blob: bytes) -> np.ndarray:
    """bool [S rounded up to 8] from the blob `sentences`."""
    return np.unpackbits(np.frombuffer(blob, np.uint8)).astype(bool)


def unit_counts(blob: bytes, num_types: int) -> np.ndarray:
    """int64 [U, K, 3] from the blob `units`."""
    return np.frombuffer(gzip.decompress(blob), "<u4").astype(np.int64).reshape(-1, num_types, 3)


def read_arrays(blob: bytes) -> Mapping[str, np.ndarray]:
    """The arrays of the blob `examples`; each is decompressed when it is asked for."""
    found: Mapping[str, np.ndarray] = np.load(io.BytesIO(blob))
    return found


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=5, mtime=0)


def _json(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
