"""Where a graph's tensors would be if there were a GPU: found from the kernels that TensorFlow has, without one.

An op is placed on the GPU where it has a kernel for its dtypes there and nothing has put it on the CPU. Some of such a
kernel's inputs and outputs are in host memory all the same (sizes, seeds, lengths). Where a tensor is made on the GPU
and read on the host, the host must wait for everything that the GPU was told to do before.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import tensorflow as tf
from tensorflow.python.framework import kernels, op_def_registry

# Ops of control flow hand on what they are given, and int32 scalars among it stay in host memory.
_HANDED_ON = {
    "Identity", "IdentityN", "While", "StatelessWhile", "If", "StatelessIf", "PartitionedCall", "NoOp",
    "StatefulPartitionedCall", "StopGradient", "PreventGradient", "Placeholder", "Const", "_Arg", "_Retval",
}  # fmt: skip


class HostRead(NamedTuple):
    """A tensor that the GPU makes and the host reads: names of both nodes, and the reader's op."""

    made_by: str
    read_by: str
    op: str

    def __str__(self) -> str:
        return f"{self.made_by} -> {self.read_by} ({self.op})"


def host_reads(concrete: Any) -> list[HostRead]:
    """All such tensors in the graph of a concrete function and in the functions that it calls."""
    graph = concrete.graph.as_graph_def()
    bodies = [graph.node, *(function.node_def for function in graph.library.function)]
    return [read for nodes in bodies for read in _reads(nodes)]


def _reads(nodes: Any) -> Iterator[HostRead]:
    """Host reads within one graph."""
    by_name = {node.name: node for node in nodes}
    for node in nodes:
        on_host, kernel = _host_inputs(node)
        if node.op in _HANDED_ON:
            decides = node.op in ("If", "StatelessIf")  # which branch it takes, on the host
            on_host, kernel = {0} if decides else set(), node
        for position, text in enumerate(name for name in node.input if not name.startswith("^")):
            source, _, rest = text.partition(":")
            if source not in by_name or not (kernel is None or position in on_host):
                continue
            if _is_on_gpu(by_name[source], rest.split(":")[0], by_name):
                yield HostRead(source, node.name, node.op)


def _is_on_gpu(node: Any, output: str, by_name: Mapping[str, Any]) -> bool:
    """Whether an output of a node is in the GPU's memory; what hands a tensor on has it where it came from."""
    if node.op in ("Const", "Placeholder", "_Arg", "VarHandleOp"):
        return False
    if node.op in _HANDED_ON:
        if node.op not in ("Identity", "StopGradient", "PreventGradient"):
            return False
        source, _, rest = next(name for name in node.input if not name.startswith("^")).partition(":")
        return source in by_name and _is_on_gpu(by_name[source], rest.split(":")[0], by_name)
    kernel = _gpu_kernel(node)
    if kernel is None:
        return False
    op = op_def_registry.get(node.op)
    names = [arg.name for arg in op.output_arg]
    name = output if output in names else names[int(output) if output.isdecimal() and int(output) < len(names) else 0]
    return name not in kernel.host_memory_arg


def _host_inputs(node: Any) -> tuple[set[int], Any]:
    """Positions of a node's inputs that its kernel reads in host memory, and the kernel on the GPU if it has one."""
    kernel = _gpu_kernel(node)
    op = op_def_registry.get(node.op)
    if kernel is None or op is None:
        return set(), None
    positions, at = set(), 0
    for arg in op.input_arg:
        count = node.attr[arg.number_attr].i if arg.number_attr else 1
        count = len(node.attr[arg.type_list_attr].list.type) if arg.type_list_attr else count
        if arg.name in kernel.host_memory_arg:
            positions |= set(range(at, at + count))
        at += count
    return positions, kernel


def _gpu_kernel(node: Any) -> Any:
    """The kernel with which the GPU would run a node; None where the CPU has to."""
    if "CPU" in node.device:
        return None
    for kernel in kernels.get_registered_kernels_for_op(node.op).kernel:
        if kernel.device_type in ("GPU", "DEFAULT") and all(
            not one.HasField("allowed_values") or _value_of(node, one.name) in one.allowed_values.list.type
            for one in kernel.constraint
        ):
            return kernel
    return None


def _value_of(node: Any, attribute: str) -> int:
    if attribute in node.attr:
        return node.attr[attribute].type
    op = op_def_registry.get(node.op)
    [default] = [one.default_value.type for one in op.attr if one.name == attribute]
    return default


def as_on_a_gpu(monkeypatch: Any) -> None:
    """Makes graphs that are traced from now on those of a machine with a GPU. Nothing of them can run here."""
    listed = tf.config.list_logical_devices

    def with_gpu(kind: str | None = None) -> list[Any]:
        return [tf.config.LogicalDevice("/device:GPU:0", "GPU")] if kind == "GPU" else listed(kind)

    monkeypatch.setattr(tf.config, "list_logical_devices", with_gpu)
