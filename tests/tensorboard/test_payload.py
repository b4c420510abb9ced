import gzip
import json

import numpy as np
import pytest

from ner.tensorboard.plugin import payload
from ner.tensorboard.plugin.payload import UnreadableError

UNITS = np.arange(12).reshape(2, 2, 3)


def parts(**content):
    nothing = {
        "header": {},
        "entities": np.zeros(0, np.uint8),
        "confidences": np.zeros(0),
        "sentences": np.zeros(0, bool),
        "units": UNITS,
    }
    return payload.Parts(**{**nothing, "strings": {}, "examples": {}, "texts": b"", "fields": b"", **content})


def test_parts_are_read_back_and_the_header_has_its_version():
    entities, sentences = np.array([1, 130, 255], np.uint8), np.array([True, False, True])
    blobs = payload.pack(
        parts(
            header={"step": 7},
            entities=entities,
            confidences=np.array([0.25, 1, 0]),
            sentences=sentences,
            examples={"positions": np.array([4, 7])},
            texts=b"lines",
        )
    )
    assert payload.read_header(blobs) == {"version": payload.VERSION, "step": 7}
    named = dict(zip(payload.PARTS, blobs, strict=True))
    assert list(named["entities"]) == [1, 130, 255]
    assert payload.entity_correct(named["entities"]).tolist() == [False, True, False]
    assert payload.entity_decided(named["entities"]).tolist() == [True, True, False]
    np.testing.assert_allclose(payload.gold_confidences(named["confidences"]), [0.25, 1, 0], atol=0.002)
    assert payload.sentence_bits(named["sentences"])[:3].tolist() == [True, False, True]
    np.testing.assert_array_equal(payload.unit_counts(named["units"], 2), UNITS)
    assert payload.read_arrays(named["examples"])["positions"].tolist() == [4, 7]
    assert named["texts"] == b"lines"


def test_text_that_is_no_valid_unicode_is_packed_all_the_same():
    blobs = payload.pack(parts(strings={"token": "\ud800"}))
    found = gzip.decompress(blobs[payload.PARTS.index("strings")])
    assert json.loads(found.decode("utf-8", "surrogatepass")) == {"token": "\ud800"}


@pytest.mark.parametrize(
    ("blobs", "message"),
    [
        (
            [b'{"version": 99}'],
            r"project \(format 99, not 10\); `python -m ner.evaluate` writes it again",
        ),
        ([b"\x00\xff"], "damaged: not an evaluation of this project"),
        ([b"[]"], "damaged"),
        ([], "damaged"),
    ],
)
def test_what_cannot_be_read_is_named(blobs, message):
    with pytest.raises(UnreadableError, match=message):
        payload.read_header(blobs)
