"""The format `onnx`: `model.onnx` and `tagger.json`, which `ner.Tagger.load` takes without TensorFlow."""

from ner import files
from ner.exporting.comparison import Answer, run_loader
from ner.inference.onnx_session import NETWORK, write_tagger
from ner.model.tagger import Tagger
from ner.onnx_model.network import onnx_bytes
from ner.onnx_model.quantization import quantized


def write(tagger: Tagger, spacing: str, folder: str, int8: bool = False) -> None:
    """Writes the files of the format into `folder`; `int8` quantizes LSTMs, matrix products and embeddings.

    Raises `InputError` where ONNX cannot hold the tagger.
    """
    content = onnx_bytes(tagger.config, tagger.weights_by_name(), tagger.vocabulary, tagger.labels)
    if int8:
        content = quantized(content)
    files.write_atomically(files.join(folder, NETWORK), content)
    write_tagger(folder, tagger.vocabulary, tagger.labels, spacing, tagger.head.lattice())


def answers(folder: str, texts: list[str]) -> list[Answer]:
    """What the export in `folder` says of `texts` in a process that cannot import TensorFlow."""
    found = run_loader(["-m", "ner.exporting.load_onnx", folder], folder, texts)
    return [Answer.from_json(answer) for answer in found]
