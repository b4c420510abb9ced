import numpy as np
import pytest

from ner.text.document_evidence import DocumentEvidence, first_pass, second_pass, word_keys
from ner.text.labels import Labels
from ner.text.lattice import Lattice

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-PER", "I-PER"))
TYPE_OF_LABEL = ["", "LOC", "LOC", "PER", "PER"]


def random_documents():
    """Words of 16 sentences in four documents, few different ones; and probabilities of their labels."""
    random = np.random.default_rng(5)
    lengths = random.integers(0, 7, 16)
    documents = np.repeat(random.integers(0, 4, 16), lengths)
    words = random.choice(["Ada", "ada", "Mirrin", "went", "to"], lengths.sum())
    keys = [(int(document), word.casefold()) for document, word in zip(documents, words, strict=True)]
    return keys, lengths, random.dirichlet(np.ones(5), lengths.sum())


def plain_evidence(keys, lengths, probabilities):
    """The definition, word by word."""
    sentence = np.repeat(np.arange(len(lengths)), lengths)
    evidence = np.zeros([len(keys), len(LABELS)])
    for word, key in enumerate(keys):
        others = [n for n, other in enumerate(keys) if other == key and sentence[n] != sentence[word]]
        for label, entity_type in enumerate(TYPE_OF_LABEL):
            if others:
                of_type = [n == entity_type for n in TYPE_OF_LABEL]
                mean = np.mean([probabilities[n][of_type].sum() for n in others])
                evidence[word, label] = np.log(max(mean, 1e-3)) * len(others) / (len(others) + 1)
    return evidence


def found_in(keys, lengths, probabilities, batch_words=7):
    found = DocumentEvidence(LABELS)
    for first in range(0, len(keys), batch_words):
        part = slice(first, first + batch_words)
        found.add(keys[part], probabilities[part])
    return found


def test_the_evidence_is_that_of_the_same_word_in_other_sentences_of_its_document():
    keys, lengths, probabilities = random_documents()
    wanted = plain_evidence(keys, lengths, probabilities)
    assert (wanted == 0).all(axis=1).any()  # of words that stand in no other sentence
    found = found_in(keys, lengths, probabilities).of_other_sentences(keys, lengths, probabilities)
    np.testing.assert_allclose(found, wanted, atol=1e-12)
    first = lengths[:9].sum()  # asked for some sentences alone
    part = found_in(keys, lengths, probabilities).of_other_sentences(keys[:first], lengths[:9], probabilities[:first])
    np.testing.assert_allclose(part, wanted[:first], atol=1e-12)


def test_what_processes_have_found_is_added_up():
    keys, lengths, probabilities = random_documents()
    together = DocumentEvidence(LABELS)
    half = lengths[:8].sum()
    for part in (slice(half), slice(half, None)):
        together.add_json(found_in(keys[part], lengths, probabilities[part]).to_json())
    found = together.of_other_sentences(keys, lengths, probabilities)
    np.testing.assert_allclose(found, plain_evidence(keys, lengths, probabilities), atol=1e-12)


@pytest.mark.parametrize("temperature", [1.0, 2.5])
def test_the_second_pass_decides_the_same_at_every_temperature(temperature):
    keys, lengths, probabilities = random_documents()
    plain = Lattice.of_constraints(LABELS).with_biases(np.array([-0.5, *[0.0] * (len(LABELS) - 1)]))
    scores = np.log(probabilities)
    lattice = Lattice(plain.start, plain.transitions, document_weight=0.7).with_temperature(temperature)
    first = first_pass(scores / temperature, lengths, lattice)
    np.testing.assert_allclose(first, plain.marginals(scores, lengths), atol=1e-9)
    found = second_pass(scores / temperature, lengths, lattice, keys, found_in(keys, lengths, first))
    wanted = scores + 0.7 * plain_evidence(keys, lengths, first)
    np.testing.assert_allclose(found, wanted / temperature, atol=1e-9)
    assert (lattice.viterbi(found, lengths) != plain.viterbi(scores, lengths)).any()


def test_keys_are_words_without_case():
    assert word_keys(3, "Ada lives in MIRRIN", [0, 13], [3, 19]) == [(3, "ada"), (3, "mirrin")]
