"""A cache of the blobs read from TensorBoard's data server, with parallel reads.

TensorBoard's fast loader takes about 40 ms for one blob of any size, but serves several requests in parallel.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

MAX_BYTES = 64 << 20
_NUM_THREADS = 32

BlobKey = tuple[str, float]  # TensorBoard's key and wall time: a step that is written again has the same key


class BlobCache:
    """Least-recently-used cache of up to `MAX_BYTES`; thread-safe."""

    def __init__(self) -> None:
        self._blobs: OrderedDict[BlobKey, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(_NUM_THREADS, "ner-blob")

    def read(self, read: Callable[[str], bytes], keys: list[BlobKey]) -> list[bytes]:
        """The blobs of `keys`; those not in the cache come from `read`."""
        with self._lock:
            found = {key: self._blobs[key] for key in keys if key in self._blobs}
            for key in found:
                self._blobs.move_to_end(key)
        missing = list(dict.fromkeys(key for key in keys if key not in found))
        fresh = dict(zip(missing, self._threads.map(read, [key for key, _ in missing]), strict=True))
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
