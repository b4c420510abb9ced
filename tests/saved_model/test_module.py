from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from data_tools.readers.columns.conll import read_sentences
from data_tools.readers.columns.dialect_detection import find_dialect
from ner.config import ModelConfig
from ner.inference import pipeline
from ner.inference.models.keras_model import character_model
from ner.model.network import Network
from ner.saved_model.module import text_module
from ner.text.labels import Labels
from ner.text.spacing import AS_WRITTEN, BETWEEN_TOKENS
from ner.text.spans import spans_of
from ner.text.tokenizer import TokenizedText
from ner.text.vocabulary import Vocabulary
from tests.benchmarks.export_answers import as_input, compare, in_graph, of_docs, raw_text
from tests.text_batches import text_as_trained

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
VOCABULARY = Vocabulary.from_text(["abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ.,'&-31"])
SIZES = {"embedding_size": 3, "lstm_units": 4, "lstm_layers": 1, "ngram_rows": 64, "ngram_size": 5, "word_units": 3}
LINES = [
    "AT&T,  3-1.",
    "",
    "Ada went\tho\N{SNOWMAN}e",
    " \t",
    " the 東京 home ",
    "x",
    "Ada " * 60,
    "Ada went home to The T&T " * 110,
    "x" * 2100 + " y",
    "Ad. A. went. 'S",
]


CRF_OF_WORDS = ("hierarchical", "crf", AS_WRITTEN)
CORPORA = Path(__file__).parents[3] / "shared" / "corpora"
NAMES = ("uner-zh", "wikineural-de", "wnut17")  # without spaces, with real ones, and noisy
FILES = sorted(path for name in NAMES for path in CORPORA.glob(f"{name}/validation.*"))
SENTENCES = 60  # of each corpus


@pytest.fixture(scope="module", params=[CRF_OF_WORDS, ("lstm", "softmax", BETWEEN_TOKENS)])
def tagger_and_spacing(request):
    encoder, head, spacing = request.param
    tagger = Network(ModelConfig(encoder=encoder, head=head, **SIZES), VOCABULARY, LABELS)
    random = np.random.default_rng(5)
    for variable in tagger.trainable_variables:  # first weights prefer O nowhere, and transitions are 0
        variable.assign(random.normal(size=variable.shape, scale=0.7))
    return tagger, spacing


@pytest.fixture(scope="module")
def module(tagger_and_spacing):
    return text_module(*tagger_and_spacing)


@pytest.fixture(scope="module")
def nlp(tagger_and_spacing):
    tagger, spacing = tagger_and_spacing
    return pipeline.Tagger(character_model(tagger, spacing))


def strings(tensor):
    return [value.decode() for value in tensor.numpy().tolist()]


def test_text_has_the_tokens_and_entities_of_the_annotator(module, nlp):
    texts = [TokenizedText.from_text(line) for line in LINES]
    found = module.tag(tf.constant(LINES))
    assert any(tagged.ents for tagged in nlp.tag(texts))
    for row, (text, tagged) in enumerate(zip(texts, nlp.tag(texts), strict=True)):
        assert tuple(found["token_starts"][row].numpy()) == text.starts
        assert tuple(found["token_ends"][row].numpy()) == text.ends
        assert tuple(strings(found["token_tags"][row])) == tagged.tags
        np.testing.assert_allclose(found["token_confidences"][row], tagged.confidences, rtol=1e-4)
        spans = spans_of(tagged.tags)
        assert strings(found["entity_types"][row]) == [span.type for span in spans]
        assert found["entity_starts"][row].numpy().tolist() == [text.starts[span.start] for span in spans]
        assert found["entity_ends"][row].numpy().tolist() == [text.ends[span.end - 1] for span in spans]
        confidences = [entity.confidence for entity in tagged.ents]
        np.testing.assert_allclose(found["entity_confidences"][row], confidences, rtol=1e-4)


def test_served_results_are_the_same_padded_and_all_have_a_row_for_each_text(module):
    ragged, padded = module.tag(tf.constant(LINES)), module.serve(tf.constant(LINES))
    assert {tensor.shape[0] for tensor in padded.values()} == {len(LINES)}
    assert padded.keys() == ragged.keys() | {"num_tokens", "num_entities"}
    for name, values in ragged.items():
        counts = padded["num_tokens" if name.startswith("token") else "num_entities"].numpy()
        assert [
            row[:count].tolist() for row, count in zip(padded[name].numpy(), counts, strict=True)
        ] == values.to_list()
        paddings = [row[count:].tolist() for row, count in zip(padded[name].numpy(), counts, strict=True)]
        assert {value for row in paddings for value in row} <= {-1, 0.0, b""}


def test_tokens_have_the_tags_of_the_annotator_and_entities_of_tokens(module, nlp):
    rows = [["Ada", "went", "."], ["New T", "&", "home"], ["x"]]
    space_after = [[True, False, False], [True, True, False], [False]]
    wanted = nlp.tag([TokenizedText.from_tokens(*pair) for pair in zip(rows, space_after, strict=True)])
    dense = [tf.ragged.constant(values).to_tensor() for values in (rows, space_after)]
    found = module.serve_tokens(*dense)
    ragged = module.tag_tokens(
        *(tf.ragged.constant(values, row_splits_dtype=tf.int64) for values in (rows, space_after))
    )
    for row, tagged in enumerate(wanted):
        assert tuple(strings(found["token_tags"][row])[: len(rows[row])]) == tagged.tags
        assert tuple(strings(ragged["token_tags"][row])) == tagged.tags
        spans = spans_of(tagged.tags)
        assert ragged["entity_starts"][row].numpy().tolist() == [span.start for span in spans]
        assert ragged["entity_ends"][row].numpy().tolist() == [span.end for span in spans]


def test_characters_have_the_probabilities_of_what_was_read_in_their_place(module, tagger_and_spacing):
    tagger, spacing = tagger_and_spacing
    found = module.serve_characters(tf.constant(LINES))
    assert found["num_characters"].numpy().tolist() == list(map(len, LINES))
    from ner.model.words import Words

    for row, line in enumerate(LINES):
        given = TokenizedText.from_text(line)
        read = text_as_trained(given, spacing)
        if len(read.text) > 2000:  # read in windows, of which other tests speak
            continue
        if not given.starts:
            assert not found["probabilities"][row].numpy().any()
            continue
        words = Words(*(tf.constant([places], tf.int32) for places in (read.starts, read.ends)))
        char_ids = tf.constant(VOCABULARY.encode(read.text).astype(np.int32)[None])
        probabilities = np.exp(tagger.log_probs(char_ids, words)[0])
        expected = np.zeros([len(line), len(LABELS)])
        for token, (start, end, read_start) in enumerate(zip(given.starts, given.ends, read.starts, strict=True)):
            expected[start:end] = probabilities[read_start : read_start + end - start]
            if token + 1 < len(given.starts) and given.starts[token + 1] > end:
                expected[end : given.starts[token + 1]] = probabilities[read.ends[token]]
        np.testing.assert_allclose(found["probabilities"][row, : len(line)], expected, rtol=1e-3, atol=1e-6)
        names = [
            LABELS.names[label] if line_.any() else ""
            for label, line_ in zip(expected.argmax(-1), expected, strict=True)
        ]
        assert strings(found["labels"][row])[: len(line)] == names


@pytest.mark.parametrize("texts", [[], [""], ["", " "]])
def test_a_batch_without_a_token_has_an_answer(module, texts):
    found = module.serve(tf.constant(texts, tf.string))
    assert found["num_tokens"].numpy().tolist() == [0] * len(texts)
    assert found["token_tags"].shape == (len(texts), 0)
    characters = module.serve_characters(tf.constant(texts, tf.string))
    assert characters["probabilities"].shape == (len(texts), max(map(len, texts), default=0), len(LABELS))
    tokens = module.serve_tokens(
        tf.constant([[""]] * len(texts), tf.string, [len(texts), 1]), tf.zeros([len(texts), 1], tf.bool)
    )
    assert tokens["num_tokens"].numpy().tolist() == [0] * len(texts)


@pytest.mark.skipif(not FILES, reason=f"{CORPORA} is not there")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
@pytest.mark.parametrize("tagger_and_spacing", [CRF_OF_WORDS], indirect=True, ids=["crf"])
def test_sentences_of_a_corpus_have_the_answers_of_the_tagger(module, nlp, path):
    """As text and as tokens."""
    sentences = [one.sentence for one in islice(read_sentences(str(path), find_dialect(str(path))), SENTENCES)]
    for texts in ([raw_text(one) for one in sentences], sentences):
        wanted, found = of_docs(nlp.pipe(map(as_input, texts))), in_graph(module, texts)
        assert any(set(tags) > {"O"} for tags, _ in wanted)
        assert compare(wanted, found).startswith(f"0 of {len(sentences)} otherwise")
        for one, other in zip(wanted, found, strict=True):
            np.testing.assert_allclose(one[1], other[1], atol=1e-4)
