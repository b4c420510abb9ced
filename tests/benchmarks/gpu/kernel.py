"""The two ways to call cuDNN's LSTM, and whether a graph does it at all."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.gpu.session import Session

KERNELS = ("keras", "direct")  # a Keras layer for each direction; one call for both (ner.model.encoders.cudnn)


@contextmanager
def use_kernel(name: str) -> Iterator[None]:
    """Context manager within which graphs are traced with a way to call cuDNN; any other name leaves it as it is."""
    from ner.model.encoders import cudnn

    before = cudnn.calls_directly()
    if name in KERNELS:
        cudnn.use_direct_calls(name == "direct")
    try:
        yield
    finally:
        cudnn.use_direct_calls(before)


def cudnn_calls(session: Session) -> int:
    """How often the graph of an update calls cuDNN's LSTM forwards."""
    return sum(op.startswith("CudnnRNN") and "Backprop" not in op for op in session.graph_ops())
