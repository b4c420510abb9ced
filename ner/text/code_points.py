"""Characters as numbers."""

import numpy as np


def code_points_of(text: str) -> np.ndarray:
    """The code points of a text, uint32 [len(text)]; lone surrogates, which Python's strings may hold, are kept."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
