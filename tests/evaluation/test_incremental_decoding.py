"""A search that decodes sentences again only where they can change finds what one finds that decodes all again."""

from copy import copy

import numpy as np
import pytest

from ner.data.evaluation_batch import EvaluationBatch
from ner.evaluation import decoding_search
from ner.evaluation.decoding_search import DecodingSearch
from ner.evaluation.incremental_decoding import IncrementalDecoder
from ner.text.labels import PADDING_LABEL, UNLABELLED, Labels
from ner.text.lattice import Lattice

LABELS = Labels(("O", "B-LOC", "I-LOC", "B-MISC", "B-ORG", "I-ORG", "B-PER", "I-PER"))  # MISC has no I-
SENTENCES, LONGEST = 60, 9


def random_search(seed):
    """A search on random words of one letter, of which every third O is without annotation in some models."""
    random = np.random.default_rng(seed)
    lattice = Lattice.of_constraints(LABELS)
    if seed % 2:  # as a CRF learns it
        learnt = random.normal(size=(2, len(LABELS), len(LABELS)))
        lattice = Lattice(lattice.start + learnt[0, 0], lattice.transitions + learnt[1])
    lengths = random.integers(1, LONGEST + 1, SENTENCES)
    real = np.arange(LONGEST) < lengths[:, None]
    gold = random.choice(len(LABELS), real.shape, p=[0.72, *[0.04] * 7])
    logits = random.normal(size=(*real.shape, len(LABELS)), scale=1.5)
    logits[..., 0] += 3
    logits += 4 * np.eye(len(LABELS))[np.where(random.random(real.shape) < 0.3, 0, gold)]
    if seed % 3 == 0:
        gold[(gold == 0) & (random.random(real.shape) < 0.3)] = UNLABELLED
    starts = np.arange(LONGEST) * real
    letters = random.choice([*"abcdefghijklmnopqrstuvwxyz"], real.shape)
    batch = EvaluationBatch(
        None,
        np.where(real, gold, PADDING_LABEL),
        starts,
        (starts + 1) * real,
        np.array(["".join(row).encode() for row in letters], object),
        None,
        np.arange(SENTENCES) // 5,
        None,
        None,
    )
    search = DecodingSearch(LABELS, lattice)
    search.add(logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True)), batch)
    return search


@pytest.mark.parametrize("tune_weight", [False, True], ids=["biases", "biases and weight"])
@pytest.mark.parametrize("seed", range(12))
def test_all_parameters_tried_find_the_entities_of_a_search_that_decodes_all_sentences(seed, tune_weight, monkeypatch):
    decode, tried, sentences = IncrementalDecoder._decode, {}, []

    def note(decoder, parameters, scores, again, *like):
        sentences.append(again.sum())
        tried[parameters] = decode(decoder, parameters, scores, again, *like)
        return tried[parameters]

    def plain(decoder, parameters, scores, again, *like):
        return note(decoder, parameters, scores, np.ones_like(again))

    search, found = random_search(seed), []
    for how in (note, plain):
        monkeypatch.setattr(IncrementalDecoder, "_decode", how)
        found.append((search.best(tune_biases=True, tune_weight=tune_weight), tried.copy(), sum(sentences)))
        tried.clear()
        sentences.clear()
    (best, quick, decoded), (best_of_all, slow, all_decoded) = found
    assert best == best_of_all
    assert quick.keys() == slow.keys()
    for parameters, expected in slow.items():
        assert quick[parameters].labels.tolist() == expected.labels.tolist(), parameters
        assert quick[parameters].counts.tolist() == expected.counts.tolist(), parameters
    assert decoded < 0.8 * all_decoded


def test_steps_are_taken_by_what_other_sentences_say_with_the_biases_after_them(monkeypatch):
    with_own_biases, moved = decoding_search._with_own_biases, []

    def check(found, decoder):
        best = with_own_biases(found, decoder)
        anew = copy(decoder)
        anew._decoded = {}
        assert decoder._of(best).labels.tolist() == anew._of(best).labels.tolist()
        moved.append(best != found)
        return best

    monkeypatch.setattr(decoding_search, "_with_own_biases", check)
    monkeypatch.setattr(decoding_search, "WEIGHTS", (2.0,))  # so that other sentences matter
    for seed in range(12):
        random_search(seed).best(tune_biases=True, tune_weight=True)
    assert any(moved)
