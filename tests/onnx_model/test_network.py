import itertools

import numpy as np
import onnxruntime
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.data.word_vectors import WordVectors
from ner.errors import InputError
from ner.exporting import onnx_format
from ner.model.ensemble import Ensemble, make_tagger
from ner.model.words import Words
from ner.onnx_model import network
from ner.onnx_model.quantization import quantized
from ner.text.labels import Labels
from ner.text.tokenizer import TokenizedText
from ner.text.vocabulary import Vocabulary

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
VOCABULARY = Vocabulary.from_text(["zAdawent hom.,'"])
SIZES = {"embedding_size": 3, "lstm_units": 4, "ngram_rows": 64, "ngram_size": 5, "word_units": 3}
LINES = [
    "Ada went ho\N{SNOWMAN}e.",
    "x",
    "the-longest-word-of-all-that-is-longer-than-thirty-two-characters, zzz",
    "a " * 30,
]


def batch_of(lines):
    texts = [TokenizedText.from_text(line) for line in lines]
    return tuple(
        tf.ragged.constant(rows, tf.int32).to_tensor().numpy()
        for rows in (
            [VOCABULARY.encode(text.text).tolist() for text in texts],
            [text.starts for text in texts],
            [text.ends for text in texts],
        )
    )


def random_tagger(config, word_vectors=None):
    tagger = make_tagger(config, VOCABULARY, LABELS, word_vectors)
    random = np.random.default_rng(5)
    for variable in tagger.trainable_variables:
        variable.assign(random.normal(size=variable.shape, scale=0.7))
    return tagger


CONFIGS = [
    *(
        ModelConfig(encoder=encoder, head=head, **SIZES)
        for encoder, head in itertools.product(network.ENCODERS, network.HEADS)
    ),
    ModelConfig(encoder="lstm", bidirectional=False, padding_output=True, **SIZES),
    ModelConfig(encoder="gru", bidirectional=False, lstm_layers=1, **SIZES),
    ModelConfig(encoder="hierarchical", lstm_layers=1, word_layers=3, **SIZES),
]


@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: f"{c.encoder}-{c.head}-{c.lstm_layers}-{c.bidirectional}")
def test_log_probabilities_are_those_of_the_keras_model(config):
    tagger = random_tagger(config)
    content = network.onnx_bytes((config, tagger.weights_by_name()), VOCABULARY, LABELS)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    for lines in (LINES, LINES[1:2]):
        char_ids, starts, ends = batch_of(lines)
        (found,) = session.run(["log_probs"], {"char_ids": char_ids, "starts": starts, "ends": ends})
        wanted = tagger.log_probs(tf.constant(char_ids), Words(tf.constant(starts), tf.constant(ends))).numpy()
        real = char_ids > 0
        np.testing.assert_allclose(found[real], wanted[real], rtol=1e-4, atol=1e-4)


def test_several_networks_predict_as_their_ensemble():
    joint = make_tagger(ModelConfig(encoder="gru", members=2, **SIZES), VOCABULARY, LABELS)
    members = [*(random_tagger(ModelConfig(encoder=encoder, **SIZES)) for encoder in ("lstm", "hierarchical")), joint]
    networks = onnx_format.networks_of(Ensemble(members))
    content = network.onnx_bytes(networks, VOCABULARY, LABELS)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    char_ids, starts, ends = batch_of(LINES)
    (found,) = session.run(["log_probs"], {"char_ids": char_ids, "starts": starts, "ends": ends})
    words = Words(tf.constant(starts), tf.constant(ends))
    wanted = Ensemble(members).log_probs(tf.constant(char_ids), words).numpy()
    np.testing.assert_allclose(found[char_ids > 0], wanted[char_ids > 0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("known", [["went", "Ada", "home"], ["zzz"], ["Ada", "a", "x", "zzz", "nobody"]])
def test_word_vectors_are_those_of_the_keras_model(known):
    """However many there are: the search in the graph halves their number."""
    vectors = WordVectors.scaled(known, np.random.default_rng(0).normal(size=(len(known), 6)))
    config = ModelConfig(encoder="hierarchical", word_vectors="some.vec", members=2, **SIZES)
    tagger = random_tagger(config, vectors)
    content = network.onnx_bytes(onnx_format.networks_of(tagger), VOCABULARY, LABELS)
    char_ids, starts, ends = inputs = batch_of([*LINES, "Ada Ada zzz", "went ADA"])
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    (found,) = session.run(None, dict(zip(("char_ids", "starts", "ends"), inputs, strict=True)))
    wanted = tagger.log_probs(tf.constant(char_ids), Words(tf.constant(starts), tf.constant(ends))).numpy()
    real = char_ids > 0
    np.testing.assert_allclose(found[real], wanted[real], rtol=1e-4, atol=1e-4)


def test_networks_share_their_word_vectors():
    vectors = WordVectors.scaled(
        [f"w{number}" for number in range(999)], np.random.default_rng(0).normal(size=(999, 64))
    )
    sizes = []
    for members in (1, 2):
        config = ModelConfig(encoder="hierarchical", word_vectors="some.vec", members=members, **SIZES)
        tagger = make_tagger(config, VOCABULARY, LABELS, vectors)
        sizes.append(len(network.onnx_bytes(onnx_format.networks_of(tagger), VOCABULARY, LABELS)))
    assert sizes[0] > 999 * 64 * 4
    assert sizes[1] - sizes[0] < 999 * 64 * 4 / 2


@pytest.mark.parametrize("encoder", [*network.ENCODERS, "word vectors"])
def test_quantized_weights_change_little(encoder):
    vectors = WordVectors.scaled(["went", "Ada"], np.random.default_rng(0).normal(size=(2, 6)))
    given = {"word_vectors": "some.vec"} if encoder == "word vectors" else {}
    config = ModelConfig(encoder="hierarchical" if given else encoder, **given, **SIZES)
    tagger = random_tagger(config, vectors if given else None)
    content = network.onnx_bytes(onnx_format.networks_of(tagger), VOCABULARY, LABELS)
    smaller = quantized(content)
    inputs = dict(zip(("char_ids", "starts", "ends"), batch_of(LINES), strict=True))
    found, wanted = (onnxruntime.InferenceSession(one).run(None, inputs)[0] for one in (smaller, content))
    real = inputs["char_ids"] > 0
    assert 0 < np.abs(np.exp(found) - np.exp(wanted))[real].mean() < 0.1


@pytest.mark.parametrize(
    ("registry", "value", "message"),
    [
        (
            "ENCODERS",
            {},
            "the encoder 'lstm' cannot be written as ONNX, .*: add it to ENCODERS of ner/onnx_model/network.py",
        ),
        ("HEADS", (), "the head 'softmax' cannot be written as ONNX, .*: add it to HEADS of ner/onnx_model/network.py"),
        ("_MAX_BYTES", 1000, "1,001 bytes, and .* at most 1,000; train with fewer --ngram_rows or --max_word_vectors"),
    ],
)
def test_what_cannot_be_written_is_named(monkeypatch, registry, value, message):
    monkeypatch.setattr(network, registry, value)
    with pytest.raises(InputError, match=message):
        network.check_supported(ModelConfig(encoder="lstm", head="softmax"), 1001)
