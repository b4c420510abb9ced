"""A SavedModel loaded by TensorFlow's C library alone: no Python of TensorFlow is imported. Run as a file.

`python saved_model_in_c.py LIBRARY DIR TEXT ...` prints `num_tokens` and `entity_starts` of the texts as JSON.
"""

import ctypes
import json
import sys

STRING_BYTES = 24  # of a TF_TString
STRING, INT32 = 7, 3


class Output(ctypes.Structure):
    """TF_Output: an operation and the number of its result."""

    _fields_ = (("operation", ctypes.c_void_p), ("index", ctypes.c_int))


def main():
    library, folder, texts = sys.argv[1], sys.argv[2], [text.encode() for text in sys.argv[3:]]
    c = ctypes.CDLL(library)
    for name in ("NewStatus", "NewSessionOptions", "NewGraph", "LoadSessionFromSavedModel", "AllocateTensor"):
        getattr(c, f"TF_{name}").restype = ctypes.c_void_p
    for name in ("TensorData", "GraphOperationByName"):
        getattr(c, f"TF_{name}").restype = ctypes.c_void_p
    c.TF_Message.restype = ctypes.c_char_p
    c.TF_Dim.restype = ctypes.c_int64
    status, graph = (ctypes.c_void_p(made()) for made in (c.TF_NewStatus, c.TF_NewGraph))

    def check():
        if c.TF_GetCode(status):
            sys.exit(c.TF_Message(status).decode())

    tags = (ctypes.c_char_p * 1)(b"serve")
    options = ctypes.c_void_p(c.TF_NewSessionOptions())
    session = ctypes.c_void_p(
        c.TF_LoadSessionFromSavedModel(options, None, folder.encode(), tags, 1, graph, None, status)
    )
    check()
    dims = (ctypes.c_int64 * 1)(len(texts))
    given = ctypes.c_void_p(c.TF_AllocateTensor(STRING, dims, 1, ctypes.c_size_t(STRING_BYTES * len(texts))))
    data = c.TF_TensorData(given)
    for index, text in enumerate(texts):
        place = ctypes.c_void_p(data + STRING_BYTES * index)
        c.TF_StringInit(place)
        c.TF_StringCopy(place, text, ctypes.c_size_t(len(text)))

    def output(name):
        operation, _, index = name.rpartition(":")
        return Output(c.TF_GraphOperationByName(graph, operation.encode()), int(index))

    names = json.load(sys.stdin)  # of the signature: what each input and output is called in the graph
    wanted = [output(names[name]) for name in ("num_tokens", "entity_starts")]
    results = (ctypes.c_void_p * 2)()
    inputs, outputs = (Output * 1)(output(names["texts"])), (Output * 2)(*wanted)
    values = (ctypes.c_void_p * 1)(given)
    c.TF_SessionRun(session, None, inputs, values, 1, outputs, results, 2, None, 0, None, status)
    check()
    print(json.dumps([numbers(c, result) for result in results]))


def numbers(c, result):
    tensor = ctypes.c_void_p(result)
    assert c.TF_TensorType(tensor) == INT32
    shape = [c.TF_Dim(tensor, axis) for axis in range(c.TF_NumDims(tensor))]
    size = 1
    for length in shape:
        size *= length
    return shape, list((ctypes.c_int32 * size).from_address(c.TF_TensorData(tensor)))


if __name__ == "__main__":
    main()
