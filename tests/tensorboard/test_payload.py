import gzip
import json

import numpy as np
import pytest

from ner.tensorboard.plugin import payload
from ner.tensorboard.plugin.payload import UnreadableError

UNITS = np.arange(12).reshape(2, 2, 3)


def test_a_header_is_read_back_with_its_version():
    blobs = payload.pack(
        {"step": 7}, np.array([1, 130], np.uint8), np.array([True, False, True]), UNITS, {"sentences": []}
    )
    assert payload.read_header(blobs) == {"version": payload.VERSION, "step": 7}
    assert list(blobs[1]) == [1, 130]
    assert payload.sentence_bits(blobs[2])[:3].tolist() == [True, False, True]
    np.testing.assert_array_equal(payload.unit_counts(blobs[3], 2), UNITS)
    assert json.loads(gzip.decompress(blobs[4])) == {"sentences": []}
    assert len(blobs) == len(payload.PARTS)


def test_text_that_is_no_valid_unicode_is_packed_all_the_same():
    blobs = payload.pack({}, np.zeros(0, np.uint8), np.zeros(0, bool), UNITS, {"token": "\ud800"})
    assert json.loads(gzip.decompress(blobs[4]).decode("utf-8", "surrogatepass")) == {"token": "\ud800"}


@pytest.mark.parametrize(
    ("blobs", "message"),
    [
        ([b'{"version": 99}'], "written by another version of this project .format 99, not 6"),
        ([b"\x00\xff"], "damaged: not an evaluation of this project"),
        ([b"[]"], "damaged"),
        ([], "damaged"),
    ],
)
def test_what_cannot_be_read_is_named(blobs, message):
    with pytest.raises(UnreadableError, match=message):
        payload.read_header(blobs)
