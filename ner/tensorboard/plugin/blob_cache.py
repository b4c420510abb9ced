"""Blobs that were read from TensorBoard's data server, many at a time and each once.

TensorBoard's fast loader takes some 40 ms for one blob, however small it is, but answers several questions at once.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

MAX_BYTES = 64 << 20
_READERS = 32

BlobKey = tuple[str, float]  # TensorBoard's key, and when it was written: a step that is written again has the same key


class BlobCache:
    """The blobs read last, up to `MAX_BYTES`; may be used by several threads."""

    def __init__(self) -> None:
        self._blobs: OrderedDict[BlobKey, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._readers = ThreadPoolExecutor(_READERS, "ner-blob")

    def read(self, read: Callable[[str], bytes], keys: list[BlobKey]) -> list[bytes]:
        """The blobs of `keys`, those that are not here from `read`."""
        with self._lock:
            found = {key: self._blobs[key] for key in keys if key in self._blobs}
            for key in found:
                self._blobs.move_to_end(key)
        missing = list(dict.fromkeys(key for key in keys if key not in found))
        fresh = dict(zip(missing, self._readers.map(read, [key for key, _ in missing]), strict=True))
        with self._lock:
            for key, blob in fresh.items():
                self._keep(key, blob)
        return [found[key] if key in found else fresh[key] for key in keys]

    def _keep(self, key: BlobKey, blob: bytes) -> None:
        self._bytes += len(blob) - len(self._blobs.pop(key, b""))
        self._blobs[key] = blob
        while self._bytes > MAX_BYTES:
            _, oldest = self._blobs.popitem(last=False)
            self._bytes -= len(oldest)
