import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ner.data import tfrecord
from ner.data.tfrecord import DamagedShardError, frame, read_records

PAYLOADS = [b"first", b"", b"third" * 100]


def test_a_frame_is_as_long_as_its_payload_and_what_stands_around_it():
    assert [len(frame(payload)) - len(payload) for payload in PAYLOADS] == [tfrecord.FRAME_BYTES] * 3


def test_read_records_inverts_frame(tmp_path):
    path = tmp_path / "a.tfrecord"
    path.write_bytes(b"".join(map(frame, PAYLOADS)))
    assert list(read_records(str(path))) == PAYLOADS
    path.write_bytes(gzip.compress(b"".join(map(frame, PAYLOADS))))
    assert list(read_records(str(path), "GZIP")) == PAYLOADS


@pytest.mark.parametrize("compression", ["", "GZIP"])
def test_frame_writes_what_tensorflow_reads_and_reads_what_it_writes(tmp_path, compression):
    import tensorflow as tf

    ours, theirs = str(tmp_path / "ours"), str(tmp_path / "theirs")
    content = b"".join(map(frame, PAYLOADS))
    with open(ours, "wb") as file:  # noqa: PTH123
        file.write(gzip.compress(content) if compression else content)
    with tf.io.TFRecordWriter(theirs, compression) as writer:
        for payload in PAYLOADS:
            writer.write(payload)
    assert [record.numpy() for record in tf.data.TFRecordDataset(ours, compression)] == PAYLOADS
    assert list(read_records(theirs, compression)) == PAYLOADS


@given(st.data())
def test_read_records_names_the_record_that_a_flipped_bit_or_a_cut_damaged(tmp_path_factory, data):
    content = bytearray(b"".join(map(frame, PAYLOADS)))
    path = tmp_path_factory.mktemp("shard") / "a.tfrecord"
    position = data.draw(st.integers(0, len(content) - 1))
    starts = [0, 21, 37, len(content)]
    if data.draw(st.booleans()):
        content[position] ^= 1 << data.draw(st.integers(0, 7))
    elif position in starts:
        return  # cut between two records: only the count in dataset.json tells
    else:
        del content[position:]
    path.write_bytes(content)
    damaged = next(number for number in range(3) if position < starts[number + 1])
    with pytest.raises(DamagedShardError, match=rf"a\.tfrecord: record {damaged}: .*; build the records again"):
        list(read_records(str(path)))


def test_read_records_names_the_shard_when_gzip_data_is_damaged(tmp_path):
    path = tmp_path / "a.tfrecord"
    whole = gzip.compress(b"".join(map(frame, PAYLOADS)))
    for content in (whole[: len(whole) // 2], b"no gzip at all", whole[:20] + b"\0\0\0\0" + whole[24:]):
        path.write_bytes(content)
        with pytest.raises(DamagedShardError, match=r"a\.tfrecord: record \d: "):
            list(read_records(str(path), "GZIP"))


def test_read_records_refuses_a_length_that_no_record_has(tmp_path, monkeypatch):
    path = tmp_path / "a.tfrecord"
    path.write_bytes(frame(b"x" * 100))
    monkeypatch.setattr(tfrecord, "MAX_RECORD_BYTES", 99)
    with pytest.raises(DamagedShardError, match="record's length"):
        list(read_records(str(path)))
