"""Makes an ONNX graph node by node; values are named by strings, and NumPy arrays become constants."""

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 18  # the first one with BitwiseAnd
IR_VERSION = 9  # of that opset: older runtimes read it too

Value = str | np.ndarray | int | float


class Graph:
    """A graph that grows with each `op`. Numbers become int64 or float32 constants."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._shared: dict[int, tuple[np.ndarray, str]] = {}  # arrays that became constants, by identity

    def input(self, name: str, *axes: str) -> str:
        """An int32 input with named axes."""
        self._inputs.append(helper.make_tensor_value_info(name, TensorProto.INT32, axes))
        return name

    def op(self, kind: str, *inputs: Value | None, **attributes: Any) -> str:
        """The first output of an operator; None leaves out an optional input."""
        output = f"{kind.lower()}_{len(self._nodes)}"
        names = ["" if value is None else self._name(value) for value in inputs]
        self._nodes.append(helper.make_node(kind, names, [output], **attributes))
        return output

    def cast(self, value: Value, kind: type) -> str:
        """`value` as another NumPy type, such as `np.int64`."""
        return self.op("Cast", value, to=helper.np_dtype_to_tensor_dtype(np.dtype(kind)))

    def size(self, value: str, axis: int) -> str:
        """The length of an axis, int64 [1]."""
        return self.op("Shape", value, start=axis, end=axis + 1)

    def shape(self, *parts: str | int) -> str:
        """A shape, int64 [number of parts], from lengths int64 [1] and numbers."""
        return self.op("Concat", *(np.array([part]) if isinstance(part, int) else part for part in parts), axis=0)

    def to_bytes(self, output: str, name: str, axes: tuple[str, ...]) -> bytes:
        """The model with one float32 output: `output`, under its public `name`."""
        self._nodes.append(helper.make_node("Identity", [output], [name]))
        outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, axes)]
        graph = helper.make_graph(self._nodes, "tagger", self._inputs, outputs, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        onnx.checker.check_model(model)
        return model.SerializeToString()

    def _name(self, value: Value) -> str:
        if isinstance(value, str):
            return value
        if id(value) in self._shared:
            return self._shared[id(value)][1]
        array = np.asarray(value, {int: np.int64, float: np.float32}.get(type(value)))
        name = f"constant_{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        if isinstance(value, np.ndarray):
            self._shared[id(value)] = value, name
        return name
