"""What an update would be on a GPU, as far as its graph tells: no step waits for the GPU."""

import numpy as np
import pytest
import tensorflow as tf

from ner.config import ModelConfig
from ner.data.word_vectors import WordVectors
from ner.model.ensemble import make_tagger
from ner.text.labels import Labels
from ner.text.vocabulary import Vocabulary
from ner.training import lazy_tables
from tests.benchmarks.gpu.presets import architectures, shrunk, with_training
from tests.benchmarks.gpu.session import Session
from tests.gpu_placement import as_on_a_gpu, host_reads


def graph_on_a_gpu(config, records, monkeypatch):
    monkeypatch.setattr(lazy_tables, "are_worthwhile", lambda *_: False)  # on a CPU alone
    session = Session(shrunk(config), records)
    as_on_a_gpu(monkeypatch)
    return session.graph()


@pytest.mark.parametrize("name", architectures())
def test_nothing_that_a_gpu_makes_in_an_update_is_read_by_the_host(records, monkeypatch, name):
    folder, _ = records
    graph = graph_on_a_gpu(architectures()[name], folder, monkeypatch)
    assert list(map(str, host_reads(graph))) == []
    assert any(node.op == "CudnnRNNV3" for node in graph.graph.as_graph_def().node)


def test_float16_waits_twice_for_whether_the_gradients_are_finite(records, monkeypatch):
    folder, _ = records
    config = with_training(architectures()["lstm softmax"], precision="mixed_float16")
    reads = host_reads(graph_on_a_gpu(config, folder, monkeypatch))
    assert [read.op for read in reads] == ["If", "If"]


def test_vectors_of_words_are_looked_up_without_the_host(monkeypatch):
    vectors = WordVectors.scaled(["Ada", "tarn"], np.eye(2))
    config = ModelConfig(encoder="hierarchical", head="crf", word_vectors="some.vec", ngram_rows=64)
    tagger = make_tagger(config, Vocabulary.from_text("Adatrn "), Labels(("O", "B-LOC")), vectors)
    as_on_a_gpu(monkeypatch)
    graph = tagger.traced_log_probs().get_concrete_function()
    assert list(map(str, host_reads(graph))) == []
    assert any(node.op == "LowerBound" for node in graph.graph.as_graph_def().node)


def test_a_length_that_the_gpu_has_counted_is_found():
    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.float32)])
    def first_half(values):
        real = tf.math.count_nonzero(values > 0, dtype=tf.int32)  # on the GPU, and below on the host
        return values[: real // 2]

    assert host_reads(first_half.get_concrete_function())


def test_a_length_that_the_host_has_counted_is_not():
    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.float32)])
    def first_half(values):
        return values[: tf.shape(values)[0] // 2]

    assert not host_reads(first_half.get_concrete_function())
