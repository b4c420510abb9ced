"""The format `onnx`: `model.onnx` and `tagger.json`, which `ner.Tagger.load` takes without TensorFlow."""

from ner import files
from ner.exporting.comparison import Answer, run_loader
from ner.inference.models.character_model import CharacterModel
from ner.inference.models.exported_tagger import write_tagger
from ner.inference.models.onnx_session import NETWORK
from ner.model.ensemble import Ensemble
from ner.model.tagger import Tagger
from ner.onnx_model.network import Networks, onnx_bytes
from ner.onnx_model.quantization import quantized


def write(tagger: Tagger, model: CharacterModel, folder: str, int8: bool = False) -> None:
    """Writes the files of the format into `folder`; `model` is the tagger as tagging uses it.

    `int8` quantizes LSTMs, matrix products and embeddings.

    Raises `InputError` where ONNX cannot hold the tagger.
    """
    content = onnx_bytes(networks_of(tagger), tagger.vocabulary, tagger.labels)
    if int8:
        content = quantized(content)
    files.write_atomically(files.join(folder, NETWORK), content)
    write_tagger(folder, model)


def networks_of(tagger: Tagger) -> Networks:
    """Settings and weights of a network, word vectors among them, or a list of those of an ensemble's members."""
    if isinstance(tagger, Ensemble):
        return [networks_of(member) for member in tagger.members]
    [network] = tagger.networks
    table = network.encoder.word_vectors
    return network.config, {**network.weights_within(), **(table.arrays if table else {})}


def answers(folder: str, texts: list[str]) -> list[Answer]:
    """What the export in `folder` says of `texts` in a process that cannot import TensorFlow."""
    found = run_loader(["-m", "ner.exporting.load_onnx", folder], folder, texts)
    return [Answer.from_json(answer) for answer in found]
