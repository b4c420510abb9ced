import pytest

from ner.tensorboard.plugin import blob_cache
from ner.tensorboard.plugin.blob_cache import BlobCache


@pytest.fixture
def asked():
    return []


@pytest.fixture
def read(asked):
    def reader(key):
        asked.append(key)
        return key.encode()

    return reader


def test_blobs_come_in_the_order_asked_for_and_are_read_once(read, asked):
    cache = BlobCache()
    assert cache.read(read, [("b", 1.0), ("a", 1.0), ("b", 1.0)]) == [b"b", b"a", b"b"]
    assert cache.read(read, [("a", 1.0), ("c", 1.0)]) == [b"a", b"c"]
    assert sorted(asked) == ["a", "b", "c"]


def test_a_blob_that_was_written_again_is_read_again(read, asked):
    cache = BlobCache()
    cache.read(read, [("a", 1.0)])
    cache.read(read, [("a", 2.0)])
    assert asked == ["a", "a"]


def test_the_oldest_blobs_make_room(read, asked, monkeypatch):
    monkeypatch.setattr(blob_cache, "MAX_BYTES", 2)
    cache = BlobCache()
    for key in "aba":
        cache.read(read, [(key, 1.0)])
    cache.read(read, [("c", 1.0)])
    assert cache.read(read, [("a", 1.0)]) == [b"a"]
    assert asked == ["a", "b", "c"], "b was the oldest"


def test_an_error_of_a_read_is_the_callers(read):
    def broken(key):
        raise OSError(key)

    with pytest.raises(OSError, match="a"):
        BlobCache().read(broken, [("a", 1.0)])
