"""The whole network: characters and words to log-probabilities, as the bytes of an `.onnx` file."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

import numpy as np

from ner.config import ModelConfig
from ner.errors import InputError
from ner.onnx_model import hierarchical
from ner.onnx_model.batch import Batch
from ner.onnx_model.graph import Graph
from ner.onnx_model.recurrent import Weights, gru, lstm, recurrent_encoder
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary

ENCODERS: dict[str, Callable[[Graph, Batch, ModelConfig, Weights], str]] = {
    "lstm": recurrent_encoder(lstm),
    "gru": recurrent_encoder(gru),
    "hierarchical": hierarchical.encode,
}
Networks: TypeAlias = "tuple[ModelConfig, Weights] | list[Networks]"  # a list: an ensemble
HEADS = ("softmax", "crf")  # those with the scores of `Head.logits`; transitions are the lattice's, beside the network
_MAX_BYTES = 2**31 - 2**20  # a protocol buffer ends there


def check_supported(config: ModelConfig, num_bytes: int) -> None:
    """Raises `InputError` that names what an ONNX file would lack of a model whose weights have `num_bytes`."""
    for part, name, written in (("encoder", config.encoder, ENCODERS), ("head", config.head, HEADS)):
        if name not in written:
            raise InputError(
                f"--format=onnx: the {part} {name!r} cannot be written as ONNX, only {', '.join(written)}: "
                f"add it to {part.upper()}S of ner/onnx_model/network.py, or export with --format=saved_model"
            )
    if num_bytes > _MAX_BYTES:
        raise InputError(
            f"--format=onnx: the weights have {num_bytes:,} bytes, and an ONNX file at most {_MAX_BYTES:,}; "
            "train with fewer --ngram_rows or --max_word_vectors, or export with --format=saved_model"
        )


def onnx_bytes(networks: Networks, vocabulary: Vocabulary, labels: Labels) -> bytes:
    """A network with the inputs `char_ids` int32 [sentences, characters], `starts` and `ends` int32 [sentences, words],
    0 at padding, and the output `log_probs` float32 [sentences, characters, labels], which has no meaning at padding.

    Weights are those of `Network.weights_within` and `WordVectorTable.arrays`; the output of a list is that of
    `ner.model.ensemble`. Each sentence has at least one word. Raises as `check_supported`.
    """
    all_networks = list(_flat(networks))
    arrays = {id(array): array for _, weights in all_networks for array in weights.values()}  # some are shared
    num_bytes = sum(array.nbytes for array in arrays.values())
    for config, _ in all_networks:
        check_supported(config, num_bytes)
    graph = Graph()
    output = _log_probs(graph, Batch(graph), networks, vocabulary, labels)
    return graph.to_bytes(output, "log_probs", ("sentences", "characters", "labels"))


def _flat(networks: Networks) -> Iterator[tuple[ModelConfig, Weights]]:
    if isinstance(networks, list):
        for one in networks:
            yield from _flat(one)
    else:
        yield networks


def _log_probs(graph: Graph, batch: Batch, networks: Networks, vocabulary: Vocabulary, labels: Labels) -> str:
    if isinstance(networks, list):
        outputs = [_log_probs(graph, batch, one, vocabulary, labels) for one in networks]
        return graph.op("LogSoftmax", graph.op("Mean", *outputs), axis=-1)
    config, weights = networks
    features = ENCODERS[config.encoder](graph, batch, config, {**weights, "codes": vocabulary.codes})
    kernel, bias = (weights[f"tagger/head/{name}"][..., : len(labels)] for name in ("kernel", "bias"))
    scores = graph.op("Add", graph.op("MatMul", features, np.ascontiguousarray(kernel)), bias)
    return graph.op("LogSoftmax", scores, axis=-1)
