"""TFRecord files without TensorFlow: framing, and reading that names the damaged record.

A record is its length (uint64, little endian), the masked CRC-32C of those 8 bytes, the payload, and the masked
CRC-32C of the payload. Source: the TFRecord section of TensorFlow's guide and `tensorflow/core/lib/io/record_writer.h`.
"""

import gzip
import struct
import zlib
from collections.abc import Iterator
from typing import IO, cast

import google_crc32c

from ner import files
from ner.errors import InputError

COMPRESSIONS = ("", "GZIP")
FRAME_BYTES = 16  # of a record, beside its payload
MAX_RECORD_BYTES = 1 << 30  # a longer length means a damaged header, not a record


class DamagedShardError(InputError):
    """A shard whose bytes are not those that were written; the text names the shard, the record and the remedy."""


def _masked_crc(data: bytes) -> int:
    crc = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


def frame(payload: bytes) -> bytes:
    """The bytes of one record in a TFRecord file."""
    length = struct.pack("<Q", len(payload))
    return b"".join((length, struct.pack("<I", _masked_crc(length)), payload, struct.pack("<I", _masked_crc(payload))))


def read_records(path: str, compression: str = "") -> Iterator[bytes]:
    """Payloads of a TFRecord file in order, each one checked.

    Raises `DamagedShardError`, naming `path` and the record's number (from 0), where the file ends inside a record,
    a checksum does not match, or GZIP data cannot be decompressed.
    """
    number = 0
    with files.open_file(path) as raw, _uncompressed(raw, compression) as file:
        try:
            while (payload := _read_record(file)) is not None:
                yield payload
                number += 1
        except (EOFError, zlib.error, gzip.BadGzipFile, _DamageError) as error:
            raise DamagedShardError(f"{path}: record {number}: {error}; build the records again") from error


def _uncompressed(raw: IO[bytes], compression: str) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(raw)) if compression == "GZIP" else raw


class _DamageError(Exception):
    """What is wrong with a record."""


def _read_record(file: IO[bytes]) -> bytes | None:
    header = file.read(12)
    if not header:
        return None
    if len(header) < 12:
        raise _DamageError("the file ends inside a record header")
    length, crc = struct.unpack("<QI", header)
    if crc != _masked_crc(header[:8]) or length > MAX_RECORD_BYTES:
        raise _DamageError("the checksum of the record's length does not match")
    body = file.read(length + 4)
    if len(body) < length + 4:
        raise _DamageError("the file ends inside a record")
    if struct.unpack("<I", body[length:])[0] != _masked_crc(body[:length]):
        raise _DamageError("the checksum of the record's data does not match")
    return body[:length]
