"""The two ways to call cuDNN's LSTM, and whether a graph does it at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

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


def cudnn_calls(trainer: Any) -> int:
    """How often the graph of a trainer's step calls cuDNN's LSTM forwards."""
    graph = trainer.training_step.graph().graph.as_graph_def()
    nodes = [*graph.node, *(node for called in graph.library.function for node in called.node_def)]
    return sum(node.op.startswith("CudnnRNN") and "Backprop" not in node.op for node in nodes)
