"""A SavedModel answers as `ner.Tagger` on sentences of real corpora, as text and as tokens."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from data_tools.readers.conll import read_sentences
from data_tools.readers.dialect_detection import find_dialect
from ner.config import ModelConfig
from ner.inference import pipeline
from ner.inference.keras_model import character_model
from ner.model.tagger import Tagger
from ner.saved_model.module import text_module
from ner.text.labels import Labels
from ner.text.spacing import AS_WRITTEN
from ner.text.vocabulary import Vocabulary
from tests.benchmarks.export_answers import as_input, compare, in_graph, of_docs, raw_text

CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
NAMES = ("uner-zh", "wikineural-de", "wnut17")  # without spaces, with real ones, and noisy
FILES = sorted(path for name in NAMES for path in CORPORA.glob(f"{name}/validation.*"))
SENTENCES = 60
LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
SIZES = {"embedding_size": 6, "lstm_units": 8, "lstm_layers": 1, "ngram_rows": 256, "ngram_size": 5, "word_units": 8}


@pytest.fixture(scope="module")
def taggers():
    """`ner.Tagger`, and the module that is saved, of one hierarchical encoder with a CRF and random weights."""
    vocabulary = Vocabulary.from_text(["abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ.,'-"])
    tagger = Tagger(ModelConfig(encoder="hierarchical", head="crf", **SIZES), vocabulary, LABELS)
    random = np.random.default_rng(3)
    for variable in tagger.trainable_variables:
        variable.assign(random.normal(size=variable.shape, scale=0.5))
    return pipeline.Tagger(character_model(tagger, AS_WRITTEN)), text_module(tagger, AS_WRITTEN)


@pytest.mark.skipif(not FILES, reason=f"{CORPORA} is not there")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_sentences_have_the_answers_of_the_tagger(taggers, path):
    nlp, saved = taggers
    sentences = [one.sentence for one in islice(read_sentences(str(path), find_dialect(str(path))), SENTENCES)]
    for texts in ([raw_text(one) for one in sentences], sentences):
        wanted, found = of_docs(nlp.pipe(map(as_input, texts))), in_graph(saved, texts)
        assert any(set(tags) > {"O"} for tags, _ in wanted)
        assert compare(wanted, found).startswith(f"0 of {len(sentences)} otherwise")
        for one, other in zip(wanted, found, strict=True):
            np.testing.assert_allclose(one[1], other[1], atol=1e-4)
