"""Which sentences belong to a share of all: their text decides, the same in every build."""

import zlib


def is_in_share(text: str, share: float, purpose: str = "") -> bool:
    """Whether a sentence is one of a `share` from 0 to 1; those of another `purpose` are chosen independently."""
    return zlib.crc32((purpose + text).encode()) < share * 2**32
